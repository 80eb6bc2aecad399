import { cutAdverts, cutAnswers } from '../cut.ts'
import { guarded } from '../pair.ts'
import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 86,
  title:
    'without adverts the active is stalled: its supervisor closes it before the backup takes over',
  pair: guarded,
  faults: [
    ...cutAdverts(atSecond(20), true),
    ...cutAnswers(atSecond(20), true),
    { at: atSecond(40), kind: 'stall', node: 'lb1' },
    { at: atSecond(50), kind: 'resume', node: 'lb1' },
  ],
  expect: [
    { at: atSecond(39.9), owner: 'lb1' },
    { at: atSecond(41.4), owner: 'lb1' },
    // 1.5 s of silence, and its next frame was due up to 250 ms after the last one.
    { at: atSecond(41.81), owner: 'lb2' },
    { at: atSecond(60), owner: 'lb2' },
  ],
}
