import { guarded } from '../pair.ts'
import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 16,
  title: 'line and datagrams are cut, VRRP is heard: nobody moves',
  pair: guarded,
  faults: [
    { at: atSecond(20), kind: 'blocked', path: 'back', cargo: 'datagram', blocked: true },
    { at: atSecond(20), kind: 'blocked', path: 'mgmt', cargo: 'datagram', blocked: true },
    { at: atSecond(20), kind: 'line', from: 'lb1', cut: true },
    { at: atSecond(20), kind: 'line', from: 'lb2', cut: true },
  ],
  expect: [
    { at: atSecond(25), owner: 'lb1' },
    { at: atSecond(40), owner: 'lb1' },
    { at: atSecond(60), owner: 'lb1' },
  ],
}
