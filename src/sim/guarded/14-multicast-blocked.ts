import { cutAdverts } from '../cut.ts'
import { guarded } from '../pair.ts'
import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 14,
  title:
    'adverts are blocked on every interface: the backup holds, since the peer says that it is active',
  pair: guarded,
  faults: cutAdverts(atSecond(20), true),
  expect: [
    { at: atSecond(25), owner: 'lb1' },
    { at: atSecond(40), owner: 'lb1' },
    { at: atSecond(60), owner: 'lb1' },
  ],
}
