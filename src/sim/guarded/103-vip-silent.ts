import { guarded } from '../pair.ts'
import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 103,
  title:
    'the active dies when only the line was left: the backup owns when a stalled one would be closed',
  pair: { ...guarded, paths: ['line'] },
  faults: [
    { at: atSecond(20), kind: 'blocked', path: 'front', cargo: 'frame', blocked: true },
    { at: atSecond(20), kind: 'blocked', path: 'back', cargo: 'frame', blocked: true },
    { at: atSecond(40), kind: 'power_off', node: 'lb1' },
  ],
  expect: [
    { at: atSecond(39.9), owner: 'lb1' },
    // A frame every 250 ms, and 1.55 s in which a supervisor closes; it is asked meanwhile.
    { at: atSecond(41.81), owner: 'lb2' },
    { at: atSecond(60), owner: 'lb2' },
  ],
}
