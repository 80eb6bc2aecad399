import { cutAnswers } from '../cut.ts'
import { guarded, otherKeys } from '../pair.ts'
import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 82,
  title: 'another key, no serial line, automatic failback: the better one does not preempt at once',
  pair: { ...guarded, paths: ['back', 'mgmt'], failback: 'automatic', keys: otherKeys },
  faults: [
    ...cutAnswers(atSecond(1), true),
    { at: atSecond(20), kind: 'power_off', node: 'lb1' },
    { at: atSecond(40), kind: 'power_on', node: 'lb1' },
  ],
  expect: [
    { at: atSecond(30), owner: 'lb2' },
    { at: atSecond(55), owner: 'lb2' },
  ],
}
