import { seconds } from '../../agent/units.ts'
import { guarded } from '../pair.ts'
import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 17,
  title:
    'every path is cut and both reach the world: two owners until it heals, then one within an advert',
  pair: guarded,
  faults: [
    { at: atSecond(20), kind: 'blocked', path: 'front', cargo: 'frame', blocked: true },
    { at: atSecond(20), kind: 'blocked', path: 'back', cargo: 'frame', blocked: true },
    { at: atSecond(20), kind: 'blocked', path: 'back', cargo: 'datagram', blocked: true },
    { at: atSecond(20), kind: 'blocked', path: 'mgmt', cargo: 'datagram', blocked: true },
    { at: atSecond(20), kind: 'line', from: 'lb1', cut: true },
    { at: atSecond(20), kind: 'line', from: 'lb2', cut: true },
    { at: atSecond(40), kind: 'blocked', path: 'front', cargo: 'frame', blocked: false },
    { at: atSecond(40), kind: 'blocked', path: 'back', cargo: 'frame', blocked: false },
    { at: atSecond(40), kind: 'blocked', path: 'back', cargo: 'datagram', blocked: false },
    { at: atSecond(40), kind: 'blocked', path: 'mgmt', cargo: 'datagram', blocked: false },
    { at: atSecond(40), kind: 'line', from: 'lb1', cut: false },
    { at: atSecond(40), kind: 'line', from: 'lb2', cut: false },
  ],
  // A true partition with service on both sides: the exception that the manual lists.
  overlap_max: seconds(18),
  expect: [
    { at: atSecond(19.9), owner: 'lb1' },
    { at: atSecond(41.3), owner: 'lb1' },
    { at: atSecond(60), owner: 'lb1' },
  ],
}
