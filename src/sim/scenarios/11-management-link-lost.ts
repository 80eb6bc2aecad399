import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 11,
  title: 'the management link goes: ownership does not change',
  faults: [{ at: atSecond(20), kind: 'carrier', node: 'lb1', path: 'mgmt', up: false }],
  expect: [
    { at: atSecond(20.5), owner: 'lb1' },
    { at: atSecond(60), owner: 'lb1' },
  ],
}
