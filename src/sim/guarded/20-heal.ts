import { seconds } from '../../agent/units.ts'
import { cutAdverts, cutDatagrams, cutEverything, cutLine } from '../cut.ts'
import { guarded } from '../pair.ts'
import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 20,
  title: 'a partition heals on the line first: who outranks the other stays, nobody restarts',
  pair: guarded,
  faults: [
    ...cutEverything(atSecond(20), true),
    ...cutLine(atSecond(40), false),
    ...cutDatagrams(atSecond(45), false),
    ...cutAdverts(atSecond(50), false),
  ],
  // Until the first path is back there is no way to know.
  overlap_max: seconds(18),
  expect: [
    { at: atSecond(40.5), owner: 'lb1' },
    { at: atSecond(60), owner: 'lb1' },
    { at: atSecond(90), owner: 'lb1' },
  ],
  // The winner makes itself known again.
  says: ['lb1 ownership_confirmed service'],
}
