import { guarded } from '../pair.ts'
import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 24,
  title: 'the wall clock steps by an hour: nothing happens',
  pair: guarded,
  faults: [
    { at: atSecond(20), kind: 'clock_step', node: 'lb1', length_s: 3600 },
    { at: atSecond(25), kind: 'clock_step', node: 'lb2', length_s: -3600 },
  ],
  expect: [
    { at: atSecond(30), owner: 'lb1' },
    { at: atSecond(60), owner: 'lb1' },
  ],
}
