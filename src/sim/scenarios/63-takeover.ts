import { milliseconds } from '../../agent/units.ts'
import { atSecond, type Scenario } from '../scenario.ts'

// A takeover is preemption: the documented overlap is one advert on the wire and one flip.
export const scenario: Scenario = {
  row: 63,
  title: 'takeover: the better backup takes over once, the worse one is refused',
  faults: [
    { at: atSecond(20), kind: 'power_off', node: 'lb1' },
    { at: atSecond(30), kind: 'power_on', node: 'lb1' },
    { at: atSecond(31), kind: 'order', node: 'lb1', order: 'takeover' },
    { at: atSecond(50), kind: 'order', node: 'lb1', order: 'takeover' },
    { at: atSecond(60), kind: 'order', node: 'lb2', order: 'takeover' },
  ],
  overlap_max: milliseconds(3),
  expect: [
    { at: atSecond(49.9), owner: 'lb2' },
    { at: atSecond(50.01), owner: 'lb1' },
    { at: atSecond(100), owner: 'lb1' },
  ],
}
