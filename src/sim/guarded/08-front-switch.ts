import { guarded } from '../pair.ts'
import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 8,
  title: 'the front switch is dead for both: both reach nothing, and nobody moves',
  pair: guarded,
  faults: [
    { at: atSecond(20), kind: 'broken', node: 'lb1', path: 'front', way: 'tx', broken: true },
    { at: atSecond(20), kind: 'broken', node: 'lb2', path: 'front', way: 'tx', broken: true },
  ],
  expect: [
    { at: atSecond(19.9), owner: 'lb1' },
    { at: atSecond(30), owner: 'lb1' },
    { at: atSecond(60), owner: 'lb1' },
  ],
  says: ['lb1 connectivity_lost upstream', 'lb2 connectivity_lost upstream'],
}
