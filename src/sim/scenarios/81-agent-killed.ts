import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 81,
  title: 'the agent of the active is killed and starts anew: closed at once, the backup owns',
  faults: [
    { at: atSecond(20), kind: 'kill', node: 'lb1' },
    { at: atSecond(20.5), kind: 'start', node: 'lb1' },
  ],
  expect: [
    { at: atSecond(19.9), owner: 'lb1' },
    { at: atSecond(20.001), owner: undefined },
    { at: atSecond(23.7), owner: 'lb2' },
    { at: atSecond(60), owner: 'lb2' },
  ],
}
