import { cutAdverts, cutDatagrams } from '../cut.ts'
import { guarded } from '../pair.ts'
import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 15,
  title: 'nothing but the serial line is left: one owner all the same',
  pair: guarded,
  faults: [...cutAdverts(atSecond(20), true), ...cutDatagrams(atSecond(20), true)],
  expect: [
    { at: atSecond(25), owner: 'lb1' },
    { at: atSecond(40), owner: 'lb1' },
    { at: atSecond(60), owner: 'lb1' },
  ],
}
