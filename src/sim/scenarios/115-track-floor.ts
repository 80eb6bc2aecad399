import { milliseconds } from '../../agent/units.ts'
import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 115,
  title: 'a weight above the priority leaves 1: any other node preempts',
  pair: {
    priorities: [100, 50],
    failback: 'automatic',
    track: [{ kind: 'file', subject: '/run/load', weight: 250 }],
  },
  // A node that preempts is heard one advert later.
  overlap_max: milliseconds(8),
  faults: [{ at: atSecond(20), kind: 'tracked', node: 'lb1', index: 0, down: 1 }],
  expect: [
    { at: atSecond(19.9), owner: 'lb1' },
    { at: atSecond(40), owner: 'lb2' },
  ],
}
