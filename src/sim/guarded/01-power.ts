import { guarded } from '../pair.ts'
import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 1,
  title: 'the active loses power: the backup owns within Active_Down',
  pair: guarded,
  faults: [{ at: atSecond(20), kind: 'power_off', node: 'lb1' }],
  expect: [
    { at: atSecond(19.9), owner: 'lb1' },
    { at: atSecond(22.5), owner: undefined },
    { at: atSecond(23.62), owner: 'lb2' },
    { at: atSecond(60), owner: 'lb2' },
  ],
}
