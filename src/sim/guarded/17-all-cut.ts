import { seconds } from '../../agent/units.ts'
import { cutEverything } from '../cut.ts'
import { guarded } from '../pair.ts'
import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 17,
  title:
    'every path is cut and both reach the world: two owners until it heals, then one within an advert',
  pair: guarded,
  faults: [...cutEverything(atSecond(20), true), ...cutEverything(atSecond(40), false)],
  // A true partition with service on both sides: the exception that the manual lists.
  overlap_max: seconds(18),
  host: {},
  expect: [
    { at: atSecond(19.9), owner: 'lb1' },
    { at: atSecond(41.3), owner: 'lb1' },
    { at: atSecond(60), owner: 'lb1' },
  ],
  check: ({ host }) => {
    const learned = host?.learned.get('192.0.2.100')
    return learned?.node === 'lb1' && learned.at > atSecond(40)
      ? undefined
      : JSON.stringify(learned)
  },
}
