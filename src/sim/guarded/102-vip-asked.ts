import { guarded } from '../pair.ts'
import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 102,
  title: 'the last path is lost long after the adverts: the VIP is asked for before a takeover',
  // Dead later than a supervisor closes.
  pair: { ...guarded, paths: ['line'], dead_ms: 2_000 },
  faults: [
    { at: atSecond(20), kind: 'blocked', path: 'front', cargo: 'frame', blocked: true },
    { at: atSecond(20), kind: 'blocked', path: 'back', cargo: 'frame', blocked: true },
    { at: atSecond(40), kind: 'line', from: 'lb1', cut: true },
    { at: atSecond(40), kind: 'line', from: 'lb2', cut: true },
    { at: atSecond(60), kind: 'line', from: 'lb1', cut: false },
    { at: atSecond(60), kind: 'line', from: 'lb2', cut: false },
  ],
  expect: [
    { at: atSecond(40), owner: 'lb1' },
    { at: atSecond(45), owner: 'lb1' },
    { at: atSecond(65), owner: 'lb1' },
  ],
}
