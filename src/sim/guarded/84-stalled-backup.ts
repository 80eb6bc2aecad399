import { cutAdverts } from '../cut.ts'
import { guarded } from '../pair.ts'
import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 84,
  title: 'adverts are blocked and the backup is stalled: it reads the heartbeat before it decides',
  pair: guarded,
  faults: [
    ...cutAdverts(atSecond(20), true),
    { at: atSecond(30), kind: 'stall', node: 'lb2' },
    { at: atSecond(40), kind: 'resume', node: 'lb2' },
    { at: atSecond(50), kind: 'power_off', node: 'lb1' },
  ],
  expect: [
    { at: atSecond(29), owner: 'lb1' },
    { at: atSecond(49), owner: 'lb1' },
    { at: atSecond(52), owner: 'lb2' },
  ],
}
