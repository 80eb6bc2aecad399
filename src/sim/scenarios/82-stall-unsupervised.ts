import { milliseconds } from '../../agent/units.ts'
import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 82,
  title: 'the active is stalled for five seconds and its supervisor is gone: it yields on its own',
  faults: [
    { at: atSecond(15), kind: 'supervisor', node: 'lb1', running: false },
    { at: atSecond(20), kind: 'stall', node: 'lb1' },
    { at: atSecond(25), kind: 'resume', node: 'lb1' },
  ],
  // Until it wakes, the kernel of the stalled node answers.
  overlap_max: milliseconds(2_300),
  expect: [
    { at: atSecond(19.9), owner: 'lb1' },
    { at: atSecond(25.01), owner: 'lb2' },
    { at: atSecond(60), owner: 'lb2' },
  ],
  check: world => {
    const sent = world.nodes[0]?.state?.instances[0]?.counters
    return sent?.priority_zero_sent === 0 ? undefined : 'the stalled node sent a priority 0'
  },
}
