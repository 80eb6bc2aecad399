import { guarded } from '../pair.ts'
import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 25,
  title: 'the active is suspended for eight seconds: as after any long stall',
  pair: guarded,
  faults: [
    { at: atSecond(20), kind: 'stall', node: 'lb1' },
    { at: atSecond(28), kind: 'resume', node: 'lb1' },
  ],
  expect: [
    { at: atSecond(24.5), owner: 'lb2' },
    { at: atSecond(28.05), owner: 'lb2' },
    { at: atSecond(60), owner: 'lb2' },
  ],
}
