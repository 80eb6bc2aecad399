import { atSecond, type Scenario } from '../scenario.ts'

// The first has heard the second, which was active while the first was off.
export const scenario: Scenario = {
  row: 62,
  title:
    'standby: handed over within the skew without overlap, held until join, refused when alone',
  off: ['lb1'],
  faults: [
    { at: atSecond(0), kind: 'power_off', node: 'lb2' },
    { at: atSecond(0.1), kind: 'power_on', node: 'lb1' },
    { at: atSecond(10), kind: 'order', node: 'lb1', order: 'standby' },
    { at: atSecond(12), kind: 'power_on', node: 'lb2' },
    { at: atSecond(20), kind: 'carrier', node: 'lb1', path: 'front', up: false },
    { at: atSecond(22), kind: 'carrier', node: 'lb1', path: 'front', up: true },
    { at: atSecond(30), kind: 'order', node: 'lb2', order: 'standby' },
    { at: atSecond(40), kind: 'power_off', node: 'lb1' },
    { at: atSecond(50), kind: 'order', node: 'lb2', order: 'join' },
  ],
  expect: [
    { at: atSecond(19.9), owner: 'lb1' },
    { at: atSecond(29.9), owner: 'lb2' },
    { at: atSecond(30.3), owner: 'lb1' },
    { at: atSecond(39.9), owner: 'lb1' },
    { at: atSecond(49.9), owner: undefined },
    { at: atSecond(53.7), owner: 'lb2' },
    { at: atSecond(80), owner: 'lb2' },
  ],
}
