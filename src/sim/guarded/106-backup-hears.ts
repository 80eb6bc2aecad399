import { conflictCheck } from '../conflict-check.ts'
import { guarded } from '../pair.ts'
import { atSecond, type Scenario } from '../scenario.ts'
import { STRANGER } from '../stranger.ts'

export const scenario: Scenario = {
  row: 106,
  title: 'a backup hears a stranger claim the VIP: an alarm, and it announces nothing',
  pair: guarded,
  faults: [20, 31].map(at => ({
    ...{ at: atSecond(at), kind: 'claim', path: 'front' },
    ...{ address: '192.0.2.100', mac: STRANGER },
  })),
  expect: [
    { at: atSecond(20.1), owner: 'lb1' },
    { at: atSecond(60), owner: 'lb1' },
  ],
  check: conflictCheck('lb2', 'front', { heard: 2, answered: 0 }),
}
