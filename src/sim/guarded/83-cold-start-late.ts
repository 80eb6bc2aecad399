import { guarded } from '../pair.ts'
import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 83,
  title: 'both start, the better one half a second later: it owns as soon as its hold is over',
  pair: guarded,
  off: ['lb1', 'lb2'],
  faults: [
    { at: atSecond(5), kind: 'power_on', node: 'lb2' },
    { at: atSecond(5.5), kind: 'power_on', node: 'lb1' },
  ],
  expect: [
    { at: atSecond(7.4), owner: undefined },
    { at: atSecond(7.6), owner: 'lb1' },
    { at: atSecond(60), owner: 'lb1' },
  ],
}
