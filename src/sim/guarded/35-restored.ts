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
  ],
  expect: [
    { at: atSecond(29), owner: 'lb1' },
    { at: atSecond(31), owner: 'lb1' },
    { at: atSecond(60), owner: 'lb1' },
  ],
  neverSays: ['lb1 path_lost line', 'lb1 path_lost back', 'lb1 path_lost mgmt'],
  check: ({ nodes }) => {
    const sessions = nodes[0]?.state?.heartbeat?.peer.sessions
    return sessions === 2 ? undefined : `${sessions} sessions, expected a second one`
  },
}
