import { milliseconds } from '../../agent/units.ts'
import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 30,
  title: 'with automatic failback the better node takes over again after its hold',
  pair: { failback: 'automatic' },
  faults: [
    { at: atSecond(20), kind: 'power_off', node: 'lb1' },
    { at: atSecond(40), kind: 'power_on', node: 'lb1' },
  ],
  // Preemption: one advert and one flip.
  overlap_max: milliseconds(1),
  expect: [
    { at: atSecond(30), owner: 'lb2' },
    { at: atSecond(45.2), owner: 'lb2' },
    { at: atSecond(45.25), owner: 'lb1' },
    { at: atSecond(100), owner: 'lb1' },
  ],
}
