import { guarded } from '../pair.ts'
import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 39,
  title: 'one node speaks a later minor, with fields that the other does not know: all as usual',
  pair: guarded,
  nodes: [{ isLater: true }],
  faults: [
    { at: atSecond(20), kind: 'order', node: 'lb1', order: 'standby' },
    { at: atSecond(29), kind: 'order', node: 'lb1', order: 'join' },
    { at: atSecond(30), kind: 'order', node: 'lb1', order: 'takeover' },
    { at: atSecond(40), kind: 'power_off', node: 'lb1' },
  ],
  expect: [
    { at: atSecond(2.1), owner: 'lb1' },
    { at: atSecond(20.05), owner: 'lb2' },
    { at: atSecond(29.9), owner: 'lb2' },
    { at: atSecond(30.05), owner: 'lb1' },
    { at: atSecond(43.62), owner: 'lb2' },
    { at: atSecond(60), owner: 'lb2' },
  ],
  // The first beat of a session may overtake, on one path, the HELLO on another.
  check: ({ nodes }) => {
    const discards = nodes[1]?.state?.heartbeat?.paths.map(path => path.discards) ?? []
    const refused = discards.flatMap(counts => Object.keys(counts))
    return discards.length === 3 && refused.every(reason => reason === 'session_unknown')
      ? undefined
      : JSON.stringify(discards)
  },
}
