import { guarded } from '../pair.ts'
import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 35,
  title:
    'a backup is put back into an older state: it proves itself anew and is never thought dead',
  pair: guarded,
  faults: [
    { at: atSecond(10), kind: 'snapshot', node: 'lb2' },
    { at: atSecond(30), kind: 'restore', node: 'lb2' },
    // Two seconds older: its numbers are still remembered, with their times.
    { at: atSecond(40), kind: 'snapshot', node: 'lb2' },
    { at: atSecond(42), kind: 'restore', node: 'lb2' },
  ],
  expect: [
    { at: atSecond(29), owner: 'lb1' },
    { at: atSecond(31), owner: 'lb1' },
    { at: atSecond(60), owner: 'lb1' },
  ],
  neverSays: ['lb1 path_lost line', 'lb1 path_lost back', 'lb1 path_lost mgmt'],
  check: ({ nodes }) => {
    const sessions = nodes[0]?.state?.heartbeat?.peer.sessions
    return sessions === 3 ? undefined : `${sessions} sessions, expected one after each restore`
  },
}
