import { guarded } from '../pair.ts'
import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 81,
  title: 'the active stops and its kernel does not close: nobody takes over beside it',
  pair: guarded,
  faults: [
    { at: atSecond(20), kind: 'refuse', node: 'lb1', what: 'closed', errno: 1 },
    { at: atSecond(21), kind: 'stop', node: 'lb1' },
    { at: atSecond(21.5), kind: 'refuse', node: 'lb1', what: 'closed', errno: 0 },
  ],
  expect: [
    { at: atSecond(20.9), owner: 'lb1' },
    { at: atSecond(30), owner: 'lb2' },
  ],
}
