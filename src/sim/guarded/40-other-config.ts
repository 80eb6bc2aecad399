import { guarded } from '../pair.ts'
import { atSecond, explains, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 40,
  title: 'the configurations differ: no failback, though it is automatic',
  pair: { ...guarded, failback: 'automatic', digests: ['5a', '5b'] },
  faults: [
    { at: atSecond(20), kind: 'power_off', node: 'lb1' },
    { at: atSecond(40), kind: 'power_on', node: 'lb1' },
  ],
  expect: [
    { at: atSecond(30), owner: 'lb2' },
    { at: atSecond(60), owner: 'lb2' },
  ],
  check: explains('lb1', 'config_differs'),
}
