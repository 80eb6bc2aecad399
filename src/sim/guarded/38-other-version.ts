import { guarded } from '../pair.ts'
import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 38,
  title: 'the versions have nothing in common: no preemption, and takeover on death works',
  pair: {
    ...guarded,
    failback: 'automatic',
    versions: [
      [1, 1],
      [2, 2],
    ],
  },
  faults: [
    { at: atSecond(20), kind: 'power_off', node: 'lb1' },
    { at: atSecond(40), kind: 'power_on', node: 'lb1' },
    { at: atSecond(70), kind: 'power_off', node: 'lb2' },
  ],
  expect: [
    { at: atSecond(25), owner: 'lb2' },
    { at: atSecond(60), owner: 'lb2' },
    { at: atSecond(75), owner: 'lb1' },
  ],
}
