import { guarded } from '../pair.ts'
import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 73,
  title: 'with every path silent the fencing hook must succeed first',
  pair: { ...guarded, fencing: true },
  faults: [
    { at: atSecond(15), kind: 'fencing', errno: 1 },
    { at: atSecond(20), kind: 'power_off', node: 'lb1' },
  ],
  expect: [
    { at: atSecond(19.9), owner: 'lb1' },
    { at: atSecond(30), owner: undefined },
    { at: atSecond(60), owner: undefined },
  ],
}
