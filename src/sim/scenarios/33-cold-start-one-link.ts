import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 33,
  title: 'both start, only the worse one has its front link: that one owns',
  faults: [{ at: atSecond(0), kind: 'carrier', node: 'lb1', path: 'front', up: false }],
  expect: [
    { at: atSecond(5.5), owner: undefined },
    { at: atSecond(5.65), owner: 'lb2' },
    { at: atSecond(60), owner: 'lb2' },
  ],
}
