import { guarded } from '../pair.ts'
import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 87,
  title:
    'takeover on the worse node is refused where the better one would fail back, unless forced',
  pair: { ...guarded, failback: 'automatic', failback_delay_ms: 20_000 },
  faults: [
    { at: atSecond(30), kind: 'order', node: 'lb2', order: 'takeover' },
    { at: atSecond(40), kind: 'order', node: 'lb2', order: 'takeover', force: true },
  ],
  expect: [
    { at: atSecond(39.9), owner: 'lb1' },
    { at: atSecond(40.05), owner: 'lb2' },
    { at: atSecond(59.9), owner: 'lb2' },
    { at: atSecond(60.1), owner: 'lb1' },
    { at: atSecond(90), owner: 'lb1' },
  ],
}
