import { guarded } from '../pair.ts'
import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 74,
  title: 'the fencing hook succeeds: the backup owns when it is done',
  pair: { ...guarded, fencing: true },
  faults: [{ at: atSecond(20), kind: 'power_off', node: 'lb1' }],
  expect: [
    { at: atSecond(23.5), owner: undefined },
    { at: atSecond(24.8), owner: 'lb2' },
    { at: atSecond(60), owner: 'lb2' },
  ],
}
