import { milliseconds } from '../../agent/units.ts'
import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 94,
  title: 'a delayed failback waits for its delay, and takes over from a dead router at once',
  pair: { failback: 'automatic', failback_delay_ms: 30_000 },
  faults: [
    { at: atSecond(20), kind: 'power_off', node: 'lb1' },
    { at: atSecond(40), kind: 'power_on', node: 'lb1' },
    { at: atSecond(90), kind: 'power_off', node: 'lb1' },
    { at: atSecond(100), kind: 'power_on', node: 'lb1' },
    { at: atSecond(110), kind: 'power_off', node: 'lb2' },
  ],
  // Preemption: one advert and one flip.
  overlap_max: milliseconds(1),
  expect: [
    { at: atSecond(30), owner: 'lb2' },
    // Two seconds of startup hold, 30 of delay.
    { at: atSecond(72), owner: 'lb2' },
    { at: atSecond(75.3), owner: 'lb1' },
    { at: atSecond(109), owner: 'lb2' },
    { at: atSecond(113.3), owner: 'lb1' },
  ],
}
