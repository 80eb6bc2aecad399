import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 66,
  title: 'the kernel refuses to open: never advertised, and the other node owns',
  faults: [
    { at: atSecond(0), kind: 'refuse', node: 'lb1', what: 'open', errno: 1 },
    { at: atSecond(60), kind: 'refuse', node: 'lb1', what: 'open', errno: 0 },
    { at: atSecond(80), kind: 'power_off', node: 'lb2' },
  ],
  expect: [
    { at: atSecond(5.5), owner: undefined },
    { at: atSecond(5.9), owner: 'lb2' },
    { at: atSecond(79), owner: 'lb2' },
    { at: atSecond(83.3), owner: 'lb1' },
  ],
}
