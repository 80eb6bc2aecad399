import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 111,
  title: 'nothing is known yet of what the group tracks on the better node: it is not active',
  pair: { track: [{ kind: 'script', subject: '/usr/local/bin/upstream' }], untracked: 'lb1' },
  faults: [],
  expect: [
    { at: atSecond(10), owner: 'lb2' },
    { at: atSecond(30), owner: 'lb2' },
  ],
}
