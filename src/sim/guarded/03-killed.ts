import { guarded } from '../pair.ts'
import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 3,
  title:
    'the agent of the active is killed: its VIPs are closed, the backup owns as soon as it is back',
  pair: guarded,
  faults: [{ at: atSecond(20), kind: 'kill', node: 'lb1' }],
  expect: [
    { at: atSecond(19.9), owner: 'lb1' },
    { at: atSecond(20.001), owner: undefined },
    { at: atSecond(23.62), owner: 'lb2' },
    { at: atSecond(60), owner: 'lb2' },
  ],
}
