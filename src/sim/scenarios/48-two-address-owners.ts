import { milliseconds } from '../../agent/units.ts'
import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 48,
  title: 'two nodes configured as owner (255): elected by address, without a wait (erratum 8298)',
  pair: { priorities: [255, 255] },
  faults: [],
  // Both take at startup: one advert and one flip.
  overlap_max: milliseconds(1),
  expect: [
    { at: atSecond(0), owner: undefined },
    { at: atSecond(0.01), owner: 'lb2' },
    { at: atSecond(60), owner: 'lb2' },
  ],
}
