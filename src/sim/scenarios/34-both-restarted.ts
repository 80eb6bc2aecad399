import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 34,
  title: 'both agents are restarted at once: one owns again after hold and Active_Down',
  faults: [
    { at: atSecond(20), kind: 'stop', node: 'lb1' },
    { at: atSecond(20), kind: 'stop', node: 'lb2' },
    { at: atSecond(20.5), kind: 'start', node: 'lb1' },
    { at: atSecond(20.5), kind: 'start', node: 'lb2' },
  ],
  expect: [
    { at: atSecond(20.4), owner: undefined },
    { at: atSecond(25.75), owner: 'lb1' },
    { at: atSecond(60), owner: 'lb1' },
  ],
}
