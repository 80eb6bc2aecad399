import { cutDatagrams, cutLine } from '../cut.ts'
import { guarded } from '../pair.ts'
import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 63,
  title: 'takeover asks the peer; it is refused while the peer is not heard',
  pair: guarded,
  faults: [
    { at: atSecond(20), kind: 'order', node: 'lb2', order: 'takeover' },
    ...cutDatagrams(atSecond(30), true),
    ...cutLine(atSecond(30), true),
    { at: atSecond(35), kind: 'order', node: 'lb1', order: 'takeover' },
    ...cutDatagrams(atSecond(40), false),
    ...cutLine(atSecond(40), false),
    { at: atSecond(45), kind: 'order', node: 'lb1', order: 'takeover' },
  ],
  expect: [
    { at: atSecond(19.9), owner: 'lb1' },
    { at: atSecond(20.05), owner: 'lb2' },
    { at: atSecond(36), owner: 'lb2' },
    { at: atSecond(45.05), owner: 'lb1' },
    { at: atSecond(90), owner: 'lb1' },
  ],
}
