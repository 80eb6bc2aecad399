import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 71,
  title: 'both are told to stand by at the same moment: one of them keeps the VIPs',
  faults: [
    { at: atSecond(20), kind: 'power_off', node: 'lb1' },
    { at: atSecond(40), kind: 'power_on', node: 'lb1' },
    { at: atSecond(50), kind: 'order', node: 'lb2', order: 'standby', force: true },
    { at: atSecond(52), kind: 'order', node: 'lb2', order: 'join' },
    { at: atSecond(60), kind: 'order', node: 'lb1', order: 'standby' },
    { at: atSecond(60), kind: 'order', node: 'lb2', order: 'standby' },
  ],
  expect: [
    { at: atSecond(49.9), owner: 'lb2' },
    { at: atSecond(59.9), owner: 'lb1' },
    { at: atSecond(64), owner: 'lb1' },
    { at: atSecond(100), owner: 'lb1' },
  ],
}
