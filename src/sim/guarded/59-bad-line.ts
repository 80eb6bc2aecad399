import { guarded } from '../pair.ts'
import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 59,
  title: 'overruns, then another speed: the line is named bad, nobody moves',
  pair: guarded,
  faults: [
    { at: atSecond(20), kind: 'line', from: 'lb1', overrun: 0.5 },
    { at: atSecond(30), kind: 'line', from: 'lb1', overrun: 0, speed: true },
  ],
  check: world => {
    const path = world.nodes[1]?.state?.heartbeat?.paths[0]
    return path?.trouble === 'wrong_speed' ? undefined : `the line counts as ${path?.trouble}`
  },
  says: ['lb2 path_trouble line'],
  expect: [
    { at: atSecond(40), owner: 'lb1' },
    { at: atSecond(60), owner: 'lb1' },
  ],
}
