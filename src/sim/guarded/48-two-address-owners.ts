import { milliseconds } from '../../agent/units.ts'
import { guarded } from '../pair.ts'
import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 48,
  title: 'two nodes configured as owner (255): elected by address (erratum 8298)',
  pair: { ...guarded, priorities: [255, 255] },
  faults: [
    { at: atSecond(20), kind: 'power_off', node: 'lb2' },
    { at: atSecond(40), kind: 'power_on', node: 'lb2' },
  ],
  // An owner takes without a wait, before it has heard anybody: one advert and one flip.
  overlap_max: milliseconds(1),
  expect: [
    { at: atSecond(5), owner: 'lb2' },
    { at: atSecond(25), owner: 'lb1' },
    { at: atSecond(60), owner: 'lb2' },
  ],
}
