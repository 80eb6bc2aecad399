import { guarded } from '../pair.ts'
import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 76,
  title: 'the backup hears nothing any more and is heard: the active closes before it takes over',
  pair: { ...guarded, targets: undefined },
  faults: [
    { at: atSecond(20), kind: 'broken', node: 'lb2', path: 'front', way: 'rx', broken: true },
    { at: atSecond(20), kind: 'broken', node: 'lb2', path: 'back', way: 'rx', broken: true },
    { at: atSecond(20), kind: 'broken', node: 'lb2', path: 'mgmt', way: 'rx', broken: true },
    { at: atSecond(20), kind: 'line', from: 'lb1', cut: true },
  ],
  expect: [
    { at: atSecond(19.9), owner: 'lb1' },
    { at: atSecond(24.1), owner: 'lb2' },
    { at: atSecond(60), owner: 'lb2' },
  ],
}
