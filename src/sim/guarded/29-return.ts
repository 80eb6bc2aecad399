import { guarded } from '../pair.ts'
import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 29,
  title: 'the old active returns: it stays backup',
  pair: guarded,
  faults: [
    { at: atSecond(20), kind: 'power_off', node: 'lb1' },
    { at: atSecond(40), kind: 'power_on', node: 'lb1' },
  ],
  expect: [
    { at: atSecond(30), owner: 'lb2' },
    { at: atSecond(50), owner: 'lb2' },
    { at: atSecond(90), owner: 'lb2' },
  ],
}
