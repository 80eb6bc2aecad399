import { guarded } from '../pair.ts'
import { bothRestarted } from '../repeated.ts'
import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 34,
  title: 'both agents start anew at the same time: one owner after the hold',
  pair: guarded,
  faults: bothRestarted(20, 21),
  expect: [
    { at: atSecond(19.9), owner: 'lb1' },
    { at: atSecond(20.5), owner: undefined },
    { at: atSecond(23.2), owner: 'lb1' },
    { at: atSecond(60), owner: 'lb1' },
  ],
}
