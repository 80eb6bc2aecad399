import { guarded } from '../pair.ts'
import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 66,
  title: 'the kernel refuses to open: never announced, and the other node owns',
  pair: guarded,
  faults: [
    { at: atSecond(0), kind: 'refuse', node: 'lb1', what: 'open', errno: 1 },
    { at: atSecond(60), kind: 'refuse', node: 'lb1', what: 'open', errno: 0 },
    { at: atSecond(80), kind: 'power_off', node: 'lb2' },
  ],
  expect: [
    { at: atSecond(4), owner: 'lb2' },
    { at: atSecond(79), owner: 'lb2' },
    { at: atSecond(83.62), owner: 'lb1' },
  ],
  says: ['lb1 open_failed front'],
}
