import { conflictCheck } from '../conflict-check.ts'
import { guarded } from '../pair.ts'
import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 107,
  title: 'the peer announces the VIP after a handover, and a stranger another address: no conflict',
  pair: guarded,
  faults: [
    { at: atSecond(20), kind: 'order', node: 'lb1', order: 'standby' },
    {
      ...{ at: atSecond(25), kind: 'claim', path: 'front' },
      ...{ address: '192.0.2.101', mac: '52:54:00:00:00:99' },
    },
  ],
  expect: [
    { at: atSecond(20.1), owner: 'lb2' },
    { at: atSecond(60), owner: 'lb2' },
  ],
  check: world =>
    conflictCheck('lb1', 'front', { heard: 0, answered: 0 })(world) ??
    conflictCheck('lb2', 'front', { heard: 0, answered: 0 })(world),
}
