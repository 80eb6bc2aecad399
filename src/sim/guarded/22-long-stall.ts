import { guarded } from '../pair.ts'
import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 22,
  title:
    'the active is stalled for five seconds: it is closed, and yields before it sends anything',
  pair: guarded,
  faults: [
    { at: atSecond(20), kind: 'stall', node: 'lb1' },
    { at: atSecond(25), kind: 'resume', node: 'lb1' },
  ],
  expect: [
    { at: atSecond(19.9), owner: 'lb1' },
    { at: atSecond(22), owner: undefined },
    { at: atSecond(24.5), owner: 'lb2' },
    { at: atSecond(25.01), owner: 'lb2' },
    { at: atSecond(60), owner: 'lb2' },
  ],
}
