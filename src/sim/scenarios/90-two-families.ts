import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 90,
  title: 'instances of IPv4 and IPv6 with the same VRIDs move together',
  pair: { family: 'both' },
  faults: [
    { at: atSecond(20), kind: 'power_off', node: 'lb1' },
    { at: atSecond(40), kind: 'power_on', node: 'lb1' },
    { at: atSecond(60), kind: 'stop', node: 'lb2' },
  ],
  expect: [
    { at: atSecond(19), owner: 'lb1' },
    { at: atSecond(23.62), owner: 'lb2' },
    { at: atSecond(59), owner: 'lb2' },
    // Skew_Time of priority 200.
    { at: atSecond(60.25), owner: 'lb1' },
  ],
}
