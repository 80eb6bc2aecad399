import { guarded } from '../pair.ts'
import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 10,
  title: 'the active loses its back link: the group is handed over within a second',
  pair: guarded,
  faults: [{ at: atSecond(20), kind: 'carrier', node: 'lb1', path: 'back', up: false }],
  expect: [
    { at: atSecond(19.9), owner: 'lb1' },
    { at: atSecond(21), owner: 'lb2' },
    { at: atSecond(60), owner: 'lb2' },
  ],
}
