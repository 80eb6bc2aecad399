import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 69,
  title: 'the backup is stalled past Active_Down: it reads the adverts before it takes over',
  faults: [
    { at: atSecond(20), kind: 'stall', node: 'lb2' },
    { at: atSecond(26), kind: 'resume', node: 'lb2' },
  ],
  expect: [
    { at: atSecond(26.01), owner: 'lb1' },
    { at: atSecond(60), owner: 'lb1' },
  ],
}
