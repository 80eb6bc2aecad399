import { guarded } from '../pair.ts'
import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 75,
  title: 'a node that is held takes nothing over until join, though its agent starts anew',
  pair: guarded,
  faults: [
    { at: atSecond(10), kind: 'order', node: 'lb2', order: 'hold' },
    { at: atSecond(12), kind: 'kill', node: 'lb2' },
    { at: atSecond(13), kind: 'start', node: 'lb2' },
    { at: atSecond(20), kind: 'power_off', node: 'lb1' },
    { at: atSecond(40), kind: 'order', node: 'lb2', order: 'join' },
  ],
  expect: [
    { at: atSecond(30), owner: undefined },
    { at: atSecond(44), owner: 'lb2' },
    { at: atSecond(60), owner: 'lb2' },
  ],
  says: ['lb2 started_held service'],
}
