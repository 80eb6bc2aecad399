import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 80,
  title: 'the active is stalled for two seconds: closed, and it listens anew; the backup owns',
  faults: [
    { at: atSecond(20), kind: 'stall', node: 'lb1' },
    { at: atSecond(22), kind: 'resume', node: 'lb1' },
  ],
  expect: [
    { at: atSecond(21.4), owner: 'lb1' },
    { at: atSecond(21.6), owner: undefined },
    { at: atSecond(22.1), owner: undefined },
    { at: atSecond(23.8), owner: 'lb2' },
    { at: atSecond(60), owner: 'lb2' },
  ],
}
