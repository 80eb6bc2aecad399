import { guarded } from '../pair.ts'
import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 23,
  title:
    'the backup is stalled while the active dies: what waited in its port does not keep the dead alive',
  pair: guarded,
  faults: [
    { at: atSecond(20), kind: 'stall', node: 'lb2' },
    { at: atSecond(21), kind: 'power_off', node: 'lb1' },
    { at: atSecond(25), kind: 'resume', node: 'lb2' },
  ],
  expect: [
    { at: atSecond(19.9), owner: 'lb1' },
    { at: atSecond(29.9), owner: 'lb2' },
    { at: atSecond(60), owner: 'lb2' },
  ],
}
