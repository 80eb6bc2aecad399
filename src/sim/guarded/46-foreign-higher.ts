import { guarded } from '../pair.ts'
import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 46,
  title: 'a foreign router with our VRID and a higher priority is not believed: the VIPs stay',
  pair: guarded,
  faults: [
    { at: atSecond(20), kind: 'foreign_advert', path: 'front', vrid: 10, priority: 250 },
    { at: atSecond(21), kind: 'foreign_advert', path: 'front', vrid: 10, priority: 250 },
    { at: atSecond(22), kind: 'foreign_advert', path: 'front', vrid: 10, priority: 250 },
    { at: atSecond(23), kind: 'foreign_advert', path: 'front', vrid: 10, priority: 250 },
  ],
  expect: [
    { at: atSecond(20.1), owner: 'lb1' },
    { at: atSecond(24), owner: 'lb1' },
    { at: atSecond(60), owner: 'lb1' },
  ],
}
