import { guarded, otherKeys } from '../pair.ts'
import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 37,
  title:
    'one node has another key: while it says active on the line nobody takes over, then VRRP decides',
  pair: { ...guarded, keys: otherKeys, hold_ms_max: 10_000 },
  faults: [
    { at: atSecond(20), kind: 'blocked', path: 'front', cargo: 'frame', blocked: true },
    { at: atSecond(20), kind: 'blocked', path: 'back', cargo: 'frame', blocked: true },
  ],
  expect: [
    { at: atSecond(19.9), owner: 'lb1' },
    { at: atSecond(32), owner: 'lb1' },
  ],
}
