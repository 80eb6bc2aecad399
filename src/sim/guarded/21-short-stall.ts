import { guarded } from '../pair.ts'
import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 21,
  title: 'the active is stalled for 1.2 s: nobody moves',
  pair: guarded,
  faults: [
    { at: atSecond(20), kind: 'stall', node: 'lb1' },
    { at: atSecond(21.2), kind: 'resume', node: 'lb1' },
  ],
  expect: [
    { at: atSecond(21.9), owner: 'lb1' },
    { at: atSecond(60), owner: 'lb1' },
  ],
}
