import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 8,
  title: 'the front switch is dead for both: nobody owns, and one again when it is back',
  faults: [
    { at: atSecond(20), kind: 'carrier', node: 'lb1', path: 'front', up: false },
    { at: atSecond(20), kind: 'carrier', node: 'lb2', path: 'front', up: false },
    { at: atSecond(40), kind: 'carrier', node: 'lb1', path: 'front', up: true },
    { at: atSecond(40), kind: 'carrier', node: 'lb2', path: 'front', up: true },
  ],
  expect: [
    { at: atSecond(39), owner: undefined },
    { at: atSecond(45.3), owner: 'lb1' },
    { at: atSecond(80), owner: 'lb1' },
  ],
}
