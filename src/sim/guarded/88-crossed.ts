import { cutAdverts, cutAnswers, cutOneWay } from '../cut.ts'
import { guarded } from '../pair.ts'
import { bothRestarted } from '../repeated.ts'
import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 88,
  title:
    'two paths work one way each, and both agents start anew: they find each other by the line',
  pair: guarded,
  faults: [
    ...cutAdverts(atSecond(10), true),
    ...cutAnswers(atSecond(10), true),
    ...cutOneWay(atSecond(10)),
    ...bothRestarted(20, 21),
  ],
  expect: [
    { at: atSecond(19.9), owner: 'lb1' },
    { at: atSecond(23.2), owner: 'lb1' },
    { at: atSecond(60), owner: 'lb1' },
  ],
}
