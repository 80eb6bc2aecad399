import { guarded } from '../pair.ts'
import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 77,
  title: 'the adapter of the line is pulled and plugged: nobody moves',
  pair: guarded,
  faults: [
    { at: atSecond(20), kind: 'adapter', node: 'lb2', plugged: false },
    { at: atSecond(30), kind: 'adapter', node: 'lb2', plugged: true },
  ],
  check: world =>
    world.nodes[1]?.state?.heartbeat?.paths[0]?.isAlive ? undefined : 'the line is not alive again',
  expect: [
    { at: atSecond(29), owner: 'lb1' },
    { at: atSecond(60), owner: 'lb1' },
  ],
}
