import { guarded } from '../pair.ts'
import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 43,
  title: 'a node is started with a config that is wrong: it refuses to start, the other serves on',
  pair: guarded,
  faults: [
    { at: atSecond(20), kind: 'stop', node: 'lb2' },
    { at: atSecond(21), kind: 'start', node: 'lb2', isConfigWrong: true },
    { at: atSecond(30), kind: 'start', node: 'lb2' },
    { at: atSecond(40), kind: 'stop', node: 'lb1' },
    { at: atSecond(41), kind: 'start', node: 'lb1', isConfigWrong: true },
  ],
  expect: [
    { at: atSecond(19.9), owner: 'lb1' },
    { at: atSecond(25), owner: 'lb1' },
    { at: atSecond(39.9), owner: 'lb1' },
    { at: atSecond(40.1), owner: 'lb2' },
    { at: atSecond(60), owner: 'lb2' },
  ],
  check: ({ nodes }) =>
    nodes[0]?.state === undefined ? undefined : 'lb1 runs with a config that is wrong',
}
