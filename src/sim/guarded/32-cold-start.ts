import { guarded } from '../pair.ts'
import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 32,
  title: 'both start together: the better one owns as soon as the hold is over',
  pair: guarded,
  faults: [],
  expect: [
    { at: atSecond(1.9), owner: undefined },
    { at: atSecond(2.1), owner: 'lb1' },
    { at: atSecond(60), owner: 'lb1' },
  ],
}
