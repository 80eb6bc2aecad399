import { guarded } from '../pair.ts'
import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 47,
  title: 'with equal priorities the higher address owns',
  pair: { ...guarded, priorities: [100, 100] },
  faults: [],
  expect: [
    { at: atSecond(2.2), owner: 'lb2' },
    { at: atSecond(60), owner: 'lb2' },
  ],
}
