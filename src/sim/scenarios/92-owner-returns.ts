import { milliseconds } from '../../agent/units.ts'
import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 92,
  title: 'the owner of the addresses takes them at its start, from whoever has them',
  pair: { owner: 'lb2', failback: 'manual' },
  faults: [
    { at: atSecond(20), kind: 'power_off', node: 'lb2' },
    { at: atSecond(40), kind: 'power_on', node: 'lb2' },
  ],
  // Preemption: one advert and one flip.
  overlap_max: milliseconds(1),
  expect: [
    { at: atSecond(0.01), owner: 'lb2' },
    { at: atSecond(19), owner: 'lb2' },
    { at: atSecond(30), owner: 'lb1' },
    { at: atSecond(40.01), owner: 'lb2' },
    { at: atSecond(80), owner: 'lb2' },
  ],
}
