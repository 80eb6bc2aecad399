import { guarded } from '../pair.ts'
import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 80,
  title: 'who was let in stalls before it takes over: who let it in leaves it the time to do so',
  pair: { ...guarded, advert_interval_ms: 100, interval_ms: 100, dead_ms: 400 },
  faults: [
    { at: atSecond(20), kind: 'order', node: 'lb2', order: 'takeover' },
    { at: atSecond(20.0002), kind: 'stall', node: 'lb2' },
    { at: atSecond(20.65), kind: 'resume', node: 'lb2' },
  ],
  expect: [
    { at: atSecond(19.9), owner: 'lb1' },
    { at: atSecond(20.64), owner: undefined },
    { at: atSecond(20.7), owner: 'lb2' },
    { at: atSecond(30), owner: 'lb2' },
  ],
}
