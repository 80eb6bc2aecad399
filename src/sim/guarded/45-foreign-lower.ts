import { guarded } from '../pair.ts'
import { repeated } from '../repeated.ts'
import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 45,
  title: 'a foreign router with our VRID and a lower priority is answered, nobody moves',
  pair: guarded,
  faults: repeated({ kind: 'foreign_advert', path: 'front', vrid: 10, priority: 50 }, [20, 22]),
  host: {},
  expect: [
    { at: atSecond(22.5), owner: 'lb1' },
    { at: atSecond(60), owner: 'lb1' },
  ],
  says: ['lb1 foreign_router_heard front', 'lb1 second_active_heard front'],
  // At once, and not at the next interval.
  check: ({ host }) => {
    const answer = host?.adverts.find(({ node, at }) => node === 'lb1' && at > atSecond(20))
    return answer !== undefined && answer.at < atSecond(20.001) ? undefined : 'not answered at once'
  },
}
