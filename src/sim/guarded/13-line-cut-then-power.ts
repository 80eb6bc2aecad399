import { cutLine } from '../cut.ts'
import { guarded } from '../pair.ts'
import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 13,
  title: 'the line is cut, then the active loses power: the backup owns within Active_Down',
  pair: guarded,
  faults: [...cutLine(atSecond(20), true), { at: atSecond(30), kind: 'power_off', node: 'lb1' }],
  expect: [
    { at: atSecond(29.9), owner: 'lb1' },
    { at: atSecond(33.62), owner: 'lb2' },
    { at: atSecond(60), owner: 'lb2' },
  ],
}
