import { cutEverything } from '../cut.ts'
import { guarded } from '../pair.ts'
import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 18,
  title: 'every path is cut and the backup reaches nothing: it stays backup',
  pair: guarded,
  faults: [
    ...cutEverything(atSecond(20), true),
    { at: atSecond(20), kind: 'target', node: 'lb2', address: '192.0.2.1', up: false },
  ],
  expect: [
    { at: atSecond(25), owner: 'lb1' },
    { at: atSecond(40), owner: 'lb1' },
    { at: atSecond(60), owner: 'lb1' },
  ],
  says: ['lb2 cut_off service'],
}
