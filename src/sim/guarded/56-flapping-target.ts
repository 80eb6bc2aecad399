import { guarded } from '../pair.ts'
import { alternating } from '../repeated.ts'
import { atSecond, type Scenario } from '../scenario.ts'

const [node, address] = ['lb1', '192.0.2.1'] as const

export const scenario: Scenario = {
  row: 56,
  title: 'one of three targets comes and goes: any member up is up, nobody moves',
  pair: { ...guarded, targets: [address, '192.0.2.2', '192.0.2.3'] },
  faults: [
    ...alternating(
      [
        { kind: 'target', node, address, up: false },
        { kind: 'target', node, address, up: true },
      ],
      20,
      2,
      5,
    ),
    // The same loss on both nodes, of all of them.
    { at: atSecond(50), kind: 'target', node: '*', address, up: false },
    { at: atSecond(50), kind: 'target', node: '*', address: '192.0.2.2', up: false },
    { at: atSecond(50), kind: 'target', node: '*', address: '192.0.2.3', up: false },
  ],
  expect: [
    { at: atSecond(30), owner: 'lb1' },
    { at: atSecond(49), owner: 'lb1' },
    { at: atSecond(80), owner: 'lb1' },
  ],
  says: ['lb1 connectivity_lost upstream', 'lb2 connectivity_lost upstream'],
}
