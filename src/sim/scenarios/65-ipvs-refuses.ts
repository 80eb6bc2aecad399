import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 65,
  title: 'IPVS refuses for a while after the start: no VIP is taken until it is read back',
  off: ['lb2'],
  faults: [
    { at: atSecond(0), kind: 'refuse', node: 'lb1', what: 'ipvs', errno: 12 },
    { at: atSecond(20), kind: 'refuse', node: 'lb1', what: 'ipvs', errno: 0 },
  ],
  expect: [
    { at: atSecond(20), owner: undefined },
    { at: atSecond(30.5), owner: 'lb1' },
  ],
}
