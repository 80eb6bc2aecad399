import { guarded } from '../pair.ts'
import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 41,
  title: 'old and new versions side by side, upgraded one after the other: planned gaps only',
  pair: {
    ...guarded,
    versions: [
      [1, 2],
      [1, 1],
    ],
  },
  faults: [
    { at: atSecond(20), kind: 'order', node: 'lb1', order: 'standby' },
    { at: atSecond(22), kind: 'stop', node: 'lb1' },
    { at: atSecond(24), kind: 'power_off', node: 'lb1' },
    { at: atSecond(26), kind: 'power_on', node: 'lb1' },
    { at: atSecond(40), kind: 'order', node: 'lb1', order: 'takeover' },
    { at: atSecond(42), kind: 'stop', node: 'lb2' },
    { at: atSecond(44), kind: 'power_off', node: 'lb2' },
    { at: atSecond(46), kind: 'power_on', node: 'lb2' },
  ],
  expect: [
    { at: atSecond(20.1), owner: 'lb2' },
    { at: atSecond(39.9), owner: 'lb2' },
    { at: atSecond(40.1), owner: 'lb1' },
    { at: atSecond(60), owner: 'lb1' },
  ],
}
