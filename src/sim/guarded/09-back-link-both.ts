import { guarded } from '../pair.ts'
import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 9,
  title: 'the back link is down on both: who was left active serves on',
  pair: guarded,
  faults: [
    { at: atSecond(20), kind: 'carrier', node: 'lb2', path: 'back', up: false },
    { at: atSecond(25), kind: 'carrier', node: 'lb1', path: 'back', up: false },
  ],
  expect: [
    { at: atSecond(19.9), owner: 'lb1' },
    { at: atSecond(24.9), owner: 'lb1' },
    // Without a carrier the back instance answers nobody.
    { at: atSecond(30), owner: { front: 'lb1' } },
    { at: atSecond(60), owner: { front: 'lb1' } },
  ],
  says: ['lb1 link_down back', 'lb2 link_down back'],
}
