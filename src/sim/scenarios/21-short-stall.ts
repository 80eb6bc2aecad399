import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 21,
  title: 'the active is stalled for a second: nobody takes over',
  faults: [
    { at: atSecond(20), kind: 'stall', node: 'lb1' },
    { at: atSecond(21), kind: 'resume', node: 'lb1' },
  ],
  expect: [
    { at: atSecond(22.1), owner: 'lb1' },
    { at: atSecond(60), owner: 'lb1' },
  ],
}
