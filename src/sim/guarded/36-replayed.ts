import { guarded } from '../pair.ts'
import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 36,
  title: 'HELLO and BEAT of the active are played again: none is taken, the session stays',
  pair: guarded,
  faults: [
    { at: atSecond(0), kind: 'tap', node: 'lb1' },
    { at: atSecond(10), kind: 'replay', of: 'lb1' },
    { at: atSecond(20), kind: 'tap', node: 'lb1' },
    { at: atSecond(25), kind: 'power_off', node: 'lb1' },
    // The dead one is not made alive by what it said while it lived.
    { at: atSecond(27), kind: 'replay', of: 'lb1' },
  ],
  expect: [
    { at: atSecond(15), owner: 'lb1' },
    { at: atSecond(24.9), owner: 'lb1' },
    { at: atSecond(28.62), owner: 'lb2' },
    { at: atSecond(60), owner: 'lb2' },
  ],
  check: world => {
    const heartbeat = world.nodes[1]?.state?.heartbeat
    const [line, back] = heartbeat?.paths ?? []
    if (heartbeat?.peer.sessions !== 1) return `${heartbeat?.peer.sessions} sessions`
    const counted = [line, back].map(path => {
      const { replayed = 0, late = 0 } = path?.discards ?? {}
      return replayed + late
    })
    return counted.every(count => count > 50) ? undefined : `${counted} were counted`
  },
}
