import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 116,
  title: 'a link that no instance uses is tracked: the group leaves the node that lost it',
  pair: { track: [{ kind: 'link', subject: 'mgmt' }] },
  faults: [{ at: atSecond(20), kind: 'carrier', node: 'lb1', path: 'mgmt', up: false }],
  expect: [
    { at: atSecond(19.9), owner: 'lb1' },
    { at: atSecond(21), owner: 'lb2' },
  ],
}
