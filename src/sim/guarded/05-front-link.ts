import { guarded } from '../pair.ts'
import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 5,
  title: 'the active loses its front link: the backup owns within 100 ms',
  pair: guarded,
  faults: [{ at: atSecond(20), kind: 'carrier', node: 'lb1', path: 'front', up: false }],
  expect: [
    { at: atSecond(19.9), owner: 'lb1' },
    { at: atSecond(20.1), owner: 'lb2' },
    { at: atSecond(60), owner: 'lb2' },
  ],
  says: ['lb1 link_down front'],
}
