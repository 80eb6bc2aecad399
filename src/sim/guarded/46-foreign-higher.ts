import { guarded } from '../pair.ts'
import { repeated } from '../repeated.ts'
import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 46,
  title: 'a foreign router with our VRID and a higher priority is not believed: the VIPs stay',
  pair: guarded,
  faults: [
    ...repeated({ kind: 'foreign_advert', path: 'front', vrid: 10, priority: 250 }, [20, 23]),
    ...repeated({ kind: 'foreign_advert', path: 'front', vrid: 10, priority: 255 }, [30, 33]),
  ],
  expect: [
    { at: atSecond(20.1), owner: 'lb1' },
    { at: atSecond(24), owner: 'lb1' },
    { at: atSecond(30.1), owner: 'lb1' },
    { at: atSecond(60), owner: 'lb1' },
  ],
  says: ['lb1 foreign_router_heard front', 'lb1 address_owner_heard front'],
}
