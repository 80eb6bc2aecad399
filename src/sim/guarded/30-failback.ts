import { guarded } from '../pair.ts'
import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 30,
  title: 'with automatic failback the better node asks and is let in, without an overlap',
  pair: { ...guarded, failback: 'automatic' },
  faults: [
    { at: atSecond(20), kind: 'power_off', node: 'lb1' },
    { at: atSecond(40), kind: 'power_on', node: 'lb1' },
  ],
  expect: [
    { at: atSecond(30), owner: 'lb2' },
    { at: atSecond(41.9), owner: 'lb2' },
    { at: atSecond(42.2), owner: 'lb1' },
    { at: atSecond(90), owner: 'lb1' },
  ],
}
