import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 32,
  title: 'both start together: the better one owns after the hold and Active_Down',
  faults: [],
  expect: [
    { at: atSecond(5.2), owner: undefined },
    { at: atSecond(5.25), owner: 'lb1' },
    { at: atSecond(60), owner: 'lb1' },
  ],
}
