import { cutAnswers, cutDatagrams, cutLine } from '../cut.ts'
import { guarded } from '../pair.ts'
import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 16,
  title: 'line and datagrams are cut, VRRP is heard: nobody moves',
  pair: guarded,
  faults: [
    ...cutAnswers(atSecond(20), true),
    ...cutDatagrams(atSecond(20), true),
    ...cutLine(atSecond(20), true),
  ],
  expect: [
    { at: atSecond(25), owner: 'lb1' },
    { at: atSecond(40), owner: 'lb1' },
    { at: atSecond(60), owner: 'lb1' },
  ],
  says: ['lb2 path_lost line', 'lb2 path_lost back', 'lb2 path_lost mgmt'],
}
