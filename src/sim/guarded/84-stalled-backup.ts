import { cutAdverts, cutAnswers } from '../cut.ts'
import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 84,
  title: 'the backup is stalled while its last path is cut: it listens again before it decides',
  pair: { paths: ['line'], interval_ms: 1_000, dead_ms: 2_000 },
  faults: [
    ...cutAdverts(atSecond(20), true),
    ...cutAnswers(atSecond(20), true),
    { at: atSecond(30), kind: 'stall', node: 'lb2' },
    { at: atSecond(30), kind: 'line', from: 'lb1', cut: true },
    { at: atSecond(40.1), kind: 'line', from: 'lb1', cut: false },
    { at: atSecond(40.1), kind: 'resume', node: 'lb2' },
    { at: atSecond(50), kind: 'power_off', node: 'lb1' },
  ],
  expect: [
    { at: atSecond(29), owner: 'lb1' },
    { at: atSecond(49), owner: 'lb1' },
    { at: atSecond(55), owner: 'lb2' },
  ],
}
