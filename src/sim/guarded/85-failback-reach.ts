import { guarded } from '../pair.ts'
import { atSecond, explains, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 85,
  title: 'the better node reaches less: failback, though automatic, waits until it reaches as much',
  pair: { ...guarded, failback: 'automatic' },
  faults: [
    { at: atSecond(20), kind: 'broken', node: 'lb1', path: 'front', way: 'rx', broken: true },
    { at: atSecond(60), kind: 'broken', node: 'lb1', path: 'front', way: 'rx', broken: false },
    { at: atSecond(80), kind: 'broken', node: 'lb1', path: 'front', way: 'rx', broken: true },
  ],
  expect: [
    { at: atSecond(19.9), owner: 'lb1' },
    { at: atSecond(24), owner: 'lb2' },
    { at: atSecond(59.9), owner: 'lb2' },
    { at: atSecond(62), owner: 'lb1' },
    { at: atSecond(90), owner: 'lb2' },
  ],
  check: explains('lb1', 'reaches_less'),
}
