import { guarded } from '../pair.ts'
import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 7,
  title:
    'the active hears nothing on its front link any more: it reaches less, and lets the backup in',
  pair: guarded,
  faults: [
    { at: atSecond(20), kind: 'broken', node: 'lb1', path: 'front', way: 'rx', broken: true },
  ],
  expect: [
    { at: atSecond(19.9), owner: 'lb1' },
    { at: atSecond(24), owner: 'lb2' },
    { at: atSecond(60), owner: 'lb2' },
  ],
  says: ['lb1 connectivity_lost upstream'],
}
