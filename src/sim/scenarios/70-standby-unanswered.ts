import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 70,
  title: 'standby that nobody answers: the VIPs are taken back after Active_Down',
  faults: [
    { at: atSecond(20), kind: 'power_off', node: 'lb1' },
    { at: atSecond(40), kind: 'power_on', node: 'lb1' },
    { at: atSecond(50), kind: 'power_off', node: 'lb2' },
    { at: atSecond(60), kind: 'order', node: 'lb1', order: 'standby' },
    // With force it stays away, whoever takes over or not.
    { at: atSecond(70), kind: 'order', node: 'lb1', order: 'standby', force: true },
  ],
  expect: [
    { at: atSecond(59.9), owner: 'lb1' },
    { at: atSecond(60.01), owner: undefined },
    { at: atSecond(63.1), owner: undefined },
    { at: atSecond(63.3), owner: 'lb1' },
    { at: atSecond(69.9), owner: 'lb1' },
    { at: atSecond(100), owner: undefined },
  ],
}
