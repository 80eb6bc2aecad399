import { guarded } from '../pair.ts'
import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 14,
  title:
    'adverts are blocked on every interface: the backup holds, since the peer says that it is active',
  pair: guarded,
  faults: [
    { at: atSecond(20), kind: 'blocked', path: 'front', cargo: 'frame', blocked: true },
    { at: atSecond(20), kind: 'blocked', path: 'back', cargo: 'frame', blocked: true },
  ],
  expect: [
    { at: atSecond(25), owner: 'lb1' },
    { at: atSecond(40), owner: 'lb1' },
    { at: atSecond(60), owner: 'lb1' },
  ],
}
