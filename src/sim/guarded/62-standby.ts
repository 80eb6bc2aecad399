import { guarded } from '../pair.ts'
import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 62,
  title: 'standby hands over within milliseconds; it is refused while the peer cannot take over',
  pair: guarded,
  faults: [
    { at: atSecond(20), kind: 'carrier', node: 'lb2', path: 'front', up: false },
    { at: atSecond(22), kind: 'order', node: 'lb1', order: 'standby' },
    { at: atSecond(25), kind: 'carrier', node: 'lb2', path: 'front', up: true },
    { at: atSecond(40), kind: 'order', node: 'lb1', order: 'standby' },
    { at: atSecond(60), kind: 'order', node: 'lb1', order: 'join' },
  ],
  expect: [
    { at: atSecond(24), owner: 'lb1' },
    { at: atSecond(39.9), owner: 'lb1' },
    { at: atSecond(40.05), owner: 'lb2' },
    { at: atSecond(90), owner: 'lb2' },
  ],
}
