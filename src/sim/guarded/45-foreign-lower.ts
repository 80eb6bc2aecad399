import { guarded } from '../pair.ts'
import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 45,
  title: 'a foreign router with our VRID and a lower priority is answered, nobody moves',
  pair: guarded,
  faults: [
    { at: atSecond(20), kind: 'foreign_advert', path: 'front', vrid: 10, priority: 50 },
    { at: atSecond(21), kind: 'foreign_advert', path: 'front', vrid: 10, priority: 50 },
    { at: atSecond(22), kind: 'foreign_advert', path: 'front', vrid: 10, priority: 50 },
  ],
  expect: [
    { at: atSecond(22.5), owner: 'lb1' },
    { at: atSecond(60), owner: 'lb1' },
  ],
}
