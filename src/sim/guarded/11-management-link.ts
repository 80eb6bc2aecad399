import { guarded } from '../pair.ts'
import { atSecond, explains, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 11,
  title: 'the management link is lost: nobody moves',
  pair: guarded,
  faults: [{ at: atSecond(20), kind: 'carrier', node: 'lb1', path: 'mgmt', up: false }],
  expect: [
    { at: atSecond(25), owner: 'lb1' },
    { at: atSecond(60), owner: 'lb1' },
  ],
  check: explains('lb2', 'peer_active'),
  says: ['lb1 path_lost mgmt', 'lb2 path_lost mgmt'],
}
