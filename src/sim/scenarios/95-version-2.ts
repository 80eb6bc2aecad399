import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 95,
  title: 'version 2 with equal priorities: the higher address stays, the skew is in seconds',
  pair: { version: 2, priorities: [100, 100], advert_interval_ms: 3_000 },
  off: ['lb1'],
  faults: [
    { at: atSecond(20), kind: 'power_on', node: 'lb1' },
    { at: atSecond(40), kind: 'stop', node: 'lb2' },
  ],
  expect: [
    { at: atSecond(11.59), owner: undefined },
    { at: atSecond(11.62), owner: 'lb2' },
    { at: atSecond(39), owner: 'lb2' },
    { at: atSecond(40.59), owner: undefined },
    { at: atSecond(40.62), owner: 'lb1' },
  ],
}
