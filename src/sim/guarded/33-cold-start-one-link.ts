import { guarded } from '../pair.ts'
import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 33,
  title: 'both start, one has no front link: the other one owns',
  pair: guarded,
  faults: [{ at: atSecond(0), kind: 'carrier', node: 'lb1', path: 'front', up: false }],
  expect: [
    { at: atSecond(2.2), owner: 'lb2' },
    { at: atSecond(60), owner: 'lb2' },
  ],
}
