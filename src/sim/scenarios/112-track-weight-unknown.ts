import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 112,
  title: 'what has a weight and is not known costs its weight: the other node wins the election',
  pair: {
    track: [{ kind: 'script', subject: '/usr/local/bin/upstream', weight: 150 }],
    untracked: 'lb1',
  },
  faults: [],
  expect: [
    { at: atSecond(10), owner: 'lb2' },
    { at: atSecond(30), owner: 'lb2' },
  ],
}
