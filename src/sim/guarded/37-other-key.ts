import { seconds } from '../../agent/units.ts'
import { cutAdverts, cutAnswers } from '../cut.ts'
import { guarded, otherKeys } from '../pair.ts'
import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 37,
  title:
    'one node has another key: while it says active on the line nobody takes over, then VRRP decides',
  pair: { ...guarded, keys: otherKeys, hold_ms_max: 10_000 },
  // After the hold nothing is left to know by: the exception that the manual lists.
  overlap_max: seconds(40),
  faults: [...cutAdverts(atSecond(20), true), ...cutAnswers(atSecond(20), true)],
  expect: [
    { at: atSecond(19.9), owner: 'lb1' },
    { at: atSecond(32.5), owner: 'lb1' },
    { at: atSecond(40), owner: 'lb1 and lb2' },
  ],
  says: ['lb2 stranger_active service'],
}
