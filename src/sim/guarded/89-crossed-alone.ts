import { cutAdverts, cutAnswers, cutLine, cutOneWay } from '../cut.ts'
import { guarded } from '../pair.ts'
import { bothRestarted } from '../repeated.ts'
import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 89,
  title:
    'only two paths are left, each works one way, the other way: agents that start find each other',
  pair: guarded,
  faults: [
    ...cutAdverts(atSecond(10), true),
    ...cutAnswers(atSecond(10), true),
    ...cutOneWay(atSecond(10)),
    ...cutLine(atSecond(10), true),
    { at: atSecond(20), kind: 'stop', node: 'lb2' },
    { at: atSecond(21), kind: 'start', node: 'lb2' },
    ...bothRestarted(40, 41),
  ],
  expect: [
    { at: atSecond(19.9), owner: 'lb1' },
    { at: atSecond(39.9), owner: 'lb1' },
    { at: atSecond(44), owner: 'lb1' },
    { at: atSecond(70), owner: 'lb1' },
  ],
}
