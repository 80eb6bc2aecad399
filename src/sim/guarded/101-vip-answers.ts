import { cutEverything } from '../cut.ts'
import { guarded } from '../pair.ts'
import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 101,
  title: 'adverts and every path are lost, but the VIP answers: the backup stays one',
  pair: guarded,
  faults: [
    ...cutEverything(atSecond(20), true),
    { at: atSecond(20), kind: 'blocked', path: 'front', cargo: 'arp', blocked: false },
    { at: atSecond(60), kind: 'power_off', node: 'lb1' },
  ],
  expect: [
    { at: atSecond(25), owner: 'lb1' },
    { at: atSecond(59.9), owner: 'lb1' },
    // The last answer counts 0.9 s.
    { at: atSecond(61), owner: 'lb2' },
  ],
}
