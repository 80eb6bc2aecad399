import { cutEverything } from '../cut.ts'
import { guarded } from '../pair.ts'
import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 19,
  title: 'every path is cut and the active reaches nothing: it closes before the backup takes over',
  pair: guarded,
  faults: [
    ...cutEverything(atSecond(20), true),
    { at: atSecond(20), kind: 'target', node: 'lb1', address: '192.0.2.1', up: false },
  ],
  expect: [
    { at: atSecond(19.9), owner: 'lb1' },
    { at: atSecond(22.5), owner: undefined },
    { at: atSecond(24.1), owner: 'lb2' },
    { at: atSecond(60), owner: 'lb2' },
  ],
}
