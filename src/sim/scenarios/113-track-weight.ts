import { milliseconds } from '../../agent/units.ts'
import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 113,
  title: 'a file with a weight costs so much times its number: only then the other one preempts',
  pair: {
    failback: 'automatic',
    track: [{ kind: 'file', subject: '/run/load', weight: 60 }],
  },
  // A node that preempts is heard one advert later.
  overlap_max: milliseconds(8),
  faults: [
    // 140 is left, then 80; lb2 has 100.
    { at: atSecond(20), kind: 'tracked', node: 'lb1', index: 0, down: 1 },
    { at: atSecond(40), kind: 'tracked', node: 'lb1', index: 0, down: 2 },
    { at: atSecond(60), kind: 'tracked', node: 'lb1', index: 0, down: 0 },
  ],
  expect: [
    { at: atSecond(39.9), owner: 'lb1' },
    { at: atSecond(45), owner: 'lb2' },
    { at: atSecond(65), owner: 'lb1' },
  ],
}
