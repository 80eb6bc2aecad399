import { conflictCheck } from '../conflict-check.ts'
import { guarded } from '../pair.ts'
import { atSecond, type Scenario } from '../scenario.ts'
import { STRANGER } from '../stranger.ts'

const claim = { kind: 'claim', path: 'front', address: '192.0.2.100', mac: STRANGER } as const

export const scenario: Scenario = {
  row: 105,
  title: 'a stranger claims the VIP again and again: it is announced every 10 s, nobody moves',
  pair: guarded,
  faults: [20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 32].map(at => ({ at: atSecond(at), ...claim })),
  expect: [
    { at: atSecond(20.1), owner: 'lb1' },
    { at: atSecond(60), owner: 'lb1' },
  ],
  // At 20 s; at 30 s for the claims in between; at 40 s for the last one.
  check: conflictCheck('lb1', 'front', { heard: 11, answered: 3 }),
}
