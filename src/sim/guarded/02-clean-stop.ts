import { guarded } from '../pair.ts'
import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 2,
  title: 'the active is stopped: the backup owns within milliseconds',
  pair: guarded,
  faults: [{ at: atSecond(20), kind: 'stop', node: 'lb1' }],
  expect: [
    { at: atSecond(19.9), owner: 'lb1' },
    { at: atSecond(20.02), owner: 'lb2' },
    { at: atSecond(60), owner: 'lb2' },
  ],
}
