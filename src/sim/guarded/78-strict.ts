import { cutAdverts } from '../cut.ts'
import { guarded } from '../pair.ts'
import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 78,
  title: 'with policy strict_rfc the heartbeat decides nothing: blocked adverts make two owners',
  pair: { ...guarded, policy: 'strict_rfc' },
  faults: cutAdverts(atSecond(20), true),
  expect: [{ at: atSecond(19.9), owner: 'lb1' }],
}
