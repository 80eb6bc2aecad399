import { conflictCheck } from '../conflict-check.ts'
import { guarded } from '../pair.ts'
import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 104,
  title: 'a stranger answers for the VIP before a takeover: an alarm, and no time is lost',
  pair: guarded,
  faults: [
    { at: atSecond(15), kind: 'squat', path: 'front', address: '192.0.2.100', present: true },
    { at: atSecond(20), kind: 'power_off', node: 'lb1' },
  ],
  expect: [
    { at: atSecond(19.9), owner: 'lb1' },
    { at: atSecond(23.62), owner: 'lb2' },
    { at: atSecond(40), owner: 'lb2' },
  ],
  check: conflictCheck('lb2', 'front', { heard: 1, answered: 0 }),
}
