import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 110,
  title:
    'what the group tracks is down on the active: it hands over, and is not active again before that is well',
  pair: { track: [{ kind: 'file', subject: '/run/maintenance' }] },
  faults: [
    { at: atSecond(20), kind: 'tracked', node: 'lb1', index: 0, down: 1 },
    { at: atSecond(40), kind: 'power_off', node: 'lb2' },
    { at: atSecond(60), kind: 'tracked', node: 'lb1', index: 0, down: 0 },
  ],
  expect: [
    { at: atSecond(19.9), owner: 'lb1' },
    { at: atSecond(21), owner: 'lb2' },
    { at: atSecond(59.9), owner: undefined },
    { at: atSecond(66), owner: 'lb1' },
  ],
}
