import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 117,
  title: 'a cable is loose for less than the delay: nobody moves; for longer: the group moves',
  pair: { link: { up_delay_ms: 1_000, down_delay_ms: 500 } },
  faults: [
    { at: atSecond(20), kind: 'carrier', node: 'lb1', path: 'front', up: false },
    { at: atSecond(20.4), kind: 'carrier', node: 'lb1', path: 'front', up: true },
    { at: atSecond(40), kind: 'carrier', node: 'lb1', path: 'front', up: false },
    { at: atSecond(60), kind: 'carrier', node: 'lb1', path: 'front', up: true },
  ],
  expect: [
    { at: atSecond(30), owner: 'lb1' },
    { at: atSecond(40.4), owner: { front: undefined, back: 'lb1' } },
    { at: atSecond(45), owner: 'lb2' },
    { at: atSecond(80), owner: 'lb2' },
  ],
}
