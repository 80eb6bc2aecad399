import { milliseconds } from '../../agent/units.ts'
import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 47,
  title: 'of equal priorities the higher address owns, whoever came first',
  pair: { priorities: [150, 150], failback: 'automatic' },
  off: ['lb1', 'lb2'],
  faults: [
    { at: atSecond(0), kind: 'power_on', node: 'lb1' },
    { at: atSecond(0), kind: 'power_on', node: 'lb2' },
  ],
  // Both timers fire at the same moment: one advert and one flip.
  overlap_max: milliseconds(1),
  expect: [
    { at: atSecond(5.5), owner: 'lb2' },
    { at: atSecond(60), owner: 'lb2' },
  ],
}
