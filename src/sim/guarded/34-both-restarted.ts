import { guarded } from '../pair.ts'
import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 34,
  title: 'both agents start anew at the same time: one owner after the hold',
  pair: guarded,
  faults: [
    { at: atSecond(20), kind: 'stop', node: 'lb1' },
    { at: atSecond(20), kind: 'stop', node: 'lb2' },
    { at: atSecond(21), kind: 'start', node: 'lb1' },
    { at: atSecond(21), kind: 'start', node: 'lb2' },
  ],
  expect: [
    { at: atSecond(20.5), owner: undefined },
    { at: atSecond(23.2), owner: 'lb1' },
    { at: atSecond(60), owner: 'lb1' },
  ],
}
