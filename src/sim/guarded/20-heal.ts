import { seconds } from '../../agent/units.ts'
import { cutEverything } from '../cut.ts'
import { guarded } from '../pair.ts'
import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 20,
  title: 'a partition heals on the line first: who outranks the other stays, nobody restarts',
  pair: guarded,
  faults: [
    ...cutEverything(atSecond(20), true),
    { at: atSecond(40), kind: 'line', from: 'lb1', cut: false },
    { at: atSecond(40), kind: 'line', from: 'lb2', cut: false },
    { at: atSecond(45), kind: 'blocked', path: 'back', cargo: 'datagram', blocked: false },
    { at: atSecond(45), kind: 'blocked', path: 'mgmt', cargo: 'datagram', blocked: false },
    { at: atSecond(50), kind: 'blocked', path: 'front', cargo: 'frame', blocked: false },
    { at: atSecond(50), kind: 'blocked', path: 'back', cargo: 'frame', blocked: false },
  ],
  // Until the first path is back there is no way to know.
  overlap_max: seconds(18),
  expect: [
    { at: atSecond(40.5), owner: 'lb1' },
    { at: atSecond(60), owner: 'lb1' },
    { at: atSecond(90), owner: 'lb1' },
  ],
}
