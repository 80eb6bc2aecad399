import { guarded } from '../pair.ts'
import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 56,
  title: 'one of three targets comes and goes: nobody moves',
  pair: { ...guarded, targets: ['192.0.2.1', '192.0.2.2', '192.0.2.3'] },
  faults: [
    { at: atSecond(20), kind: 'target', node: 'lb1', address: '192.0.2.1', up: false },
    { at: atSecond(22), kind: 'target', node: 'lb1', address: '192.0.2.1', up: true },
    { at: atSecond(24), kind: 'target', node: 'lb1', address: '192.0.2.1', up: false },
    { at: atSecond(26), kind: 'target', node: 'lb1', address: '192.0.2.1', up: true },
    { at: atSecond(28), kind: 'target', node: 'lb1', address: '192.0.2.1', up: false },
    { at: atSecond(30), kind: 'target', node: 'lb1', address: '192.0.2.1', up: true },
    { at: atSecond(32), kind: 'target', node: 'lb1', address: '192.0.2.1', up: false },
    { at: atSecond(34), kind: 'target', node: 'lb1', address: '192.0.2.1', up: true },
    { at: atSecond(36), kind: 'target', node: 'lb1', address: '192.0.2.1', up: false },
    { at: atSecond(38), kind: 'target', node: 'lb1', address: '192.0.2.1', up: true },
  ],
  expect: [
    { at: atSecond(30), owner: 'lb1' },
    { at: atSecond(60), owner: 'lb1' },
  ],
}
