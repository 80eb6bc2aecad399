import { milliseconds } from '../../agent/units.ts'
import { atSecond, type Scenario } from '../scenario.ts'

const both = (service: string, other: string) => ({ front: service, back: service, other })

export const scenario: Scenario = {
  row: 93,
  title: 'two groups are active on different nodes, and each goes home again',
  pair: { isTwofold: true, failback: 'automatic' },
  faults: [
    { at: atSecond(20), kind: 'power_off', node: 'lb1' },
    { at: atSecond(40), kind: 'power_on', node: 'lb1' },
    { at: atSecond(60), kind: 'power_off', node: 'lb2' },
    { at: atSecond(80), kind: 'power_on', node: 'lb2' },
  ],
  // Preemption: one advert and one flip.
  overlap_max: milliseconds(1),
  expect: [
    { at: atSecond(10), owner: both('lb1', 'lb2') },
    { at: atSecond(30), owner: 'lb2' },
    { at: atSecond(50), owner: both('lb1', 'lb2') },
    { at: atSecond(70), owner: 'lb1' },
    { at: atSecond(90), owner: both('lb1', 'lb2') },
  ],
}
