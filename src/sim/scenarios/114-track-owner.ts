import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 114,
  title: 'the owner of the addresses keeps its priority of 255, whatever a weight costs',
  pair: {
    owner: 'lb1',
    priorities: [200, 200],
    failback: 'automatic',
    track: [{ kind: 'file', subject: '/run/load', weight: 150 }],
  },
  faults: [{ at: atSecond(20), kind: 'tracked', node: 'lb1', index: 0, down: 1 }],
  expect: [
    { at: atSecond(19.9), owner: 'lb1' },
    { at: atSecond(40), owner: 'lb1' },
  ],
}
