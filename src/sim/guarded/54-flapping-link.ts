import { guarded } from '../pair.ts'
import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 54,
  title: 'the front link of the active flaps once a second: one move, then nothing',
  pair: guarded,
  faults: [
    { at: atSecond(20), kind: 'carrier', node: 'lb1', path: 'front', up: false },
    { at: atSecond(20.5), kind: 'carrier', node: 'lb1', path: 'front', up: true },
    { at: atSecond(21), kind: 'carrier', node: 'lb1', path: 'front', up: false },
    { at: atSecond(21.5), kind: 'carrier', node: 'lb1', path: 'front', up: true },
    { at: atSecond(22), kind: 'carrier', node: 'lb1', path: 'front', up: false },
    { at: atSecond(22.5), kind: 'carrier', node: 'lb1', path: 'front', up: true },
    { at: atSecond(23), kind: 'carrier', node: 'lb1', path: 'front', up: false },
    { at: atSecond(23.5), kind: 'carrier', node: 'lb1', path: 'front', up: true },
    { at: atSecond(24), kind: 'carrier', node: 'lb1', path: 'front', up: false },
    { at: atSecond(24.5), kind: 'carrier', node: 'lb1', path: 'front', up: true },
    { at: atSecond(25), kind: 'carrier', node: 'lb1', path: 'front', up: false },
    { at: atSecond(25.5), kind: 'carrier', node: 'lb1', path: 'front', up: true },
    { at: atSecond(26), kind: 'carrier', node: 'lb1', path: 'front', up: false },
    { at: atSecond(26.5), kind: 'carrier', node: 'lb1', path: 'front', up: true },
    { at: atSecond(27), kind: 'carrier', node: 'lb1', path: 'front', up: false },
    { at: atSecond(27.5), kind: 'carrier', node: 'lb1', path: 'front', up: true },
    { at: atSecond(28), kind: 'carrier', node: 'lb1', path: 'front', up: false },
    { at: atSecond(28.5), kind: 'carrier', node: 'lb1', path: 'front', up: true },
    { at: atSecond(29), kind: 'carrier', node: 'lb1', path: 'front', up: false },
    { at: atSecond(29.5), kind: 'carrier', node: 'lb1', path: 'front', up: true },
  ],
  expect: [
    { at: atSecond(20.2), owner: 'lb2' },
    { at: atSecond(25), owner: 'lb2' },
    { at: atSecond(60), owner: 'lb2' },
  ],
}
