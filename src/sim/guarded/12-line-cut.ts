import { cutLine } from '../cut.ts'
import { guarded } from '../pair.ts'
import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 12,
  title: 'the serial line is cut: nobody moves, the path is lost',
  pair: guarded,
  faults: cutLine(atSecond(20), true),
  check: world =>
    world.nodes[0]?.state?.heartbeat?.paths[0]?.isAlive ? 'the line counts as alive' : undefined,
  expect: [
    { at: atSecond(25), owner: 'lb1' },
    { at: atSecond(60), owner: 'lb1' },
  ],
  says: ['lb1 path_lost line', 'lb2 path_lost line'],
}
