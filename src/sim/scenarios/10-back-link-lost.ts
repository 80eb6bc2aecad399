import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 10,
  title: 'the active loses its back link: the whole group is handed over within a second',
  faults: [{ at: atSecond(20), kind: 'carrier', node: 'lb1', path: 'back', up: false }],
  expect: [
    { at: atSecond(19.9), owner: 'lb1' },
    { at: atSecond(20.62), owner: 'lb2' },
    { at: atSecond(60), owner: 'lb2' },
  ],
}
