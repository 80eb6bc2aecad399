import { guarded } from '../pair.ts'
import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 15,
  title: 'nothing but the serial line is left: one owner all the same',
  pair: guarded,
  faults: [
    { at: atSecond(20), kind: 'blocked', path: 'front', cargo: 'frame', blocked: true },
    { at: atSecond(20), kind: 'blocked', path: 'back', cargo: 'frame', blocked: true },
    { at: atSecond(20), kind: 'blocked', path: 'back', cargo: 'datagram', blocked: true },
    { at: atSecond(20), kind: 'blocked', path: 'mgmt', cargo: 'datagram', blocked: true },
  ],
  expect: [
    { at: atSecond(25), owner: 'lb1' },
    { at: atSecond(40), owner: 'lb1' },
    { at: atSecond(60), owner: 'lb1' },
  ],
}
