import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 22,
  title:
    'the active is stalled for five seconds: its VIPs are closed, it yields before it sends anything',
  faults: [
    { at: atSecond(20), kind: 'stall', node: 'lb1' },
    { at: atSecond(25), kind: 'resume', node: 'lb1' },
  ],
  expect: [
    { at: atSecond(19.9), owner: 'lb1' },
    { at: atSecond(21.6), owner: undefined },
    { at: atSecond(24), owner: 'lb2' },
    { at: atSecond(25.01), owner: 'lb2' },
    { at: atSecond(60), owner: 'lb2' },
  ],
  check: world => {
    const sent = world.nodes[0]?.state?.instances[0]?.counters
    return sent?.priority_zero_sent === 0 ? undefined : 'the stalled node sent a priority 0'
  },
}
