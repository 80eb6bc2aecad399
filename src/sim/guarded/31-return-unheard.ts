import { cutAdverts } from '../cut.ts'
import { guarded } from '../pair.ts'
import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 31,
  title: 'a node returns and adverts are blocked: it hears the peer on the line, and stays backup',
  pair: guarded,
  faults: [
    { at: atSecond(20), kind: 'power_off', node: 'lb1' },
    ...cutAdverts(atSecond(39), true),
    { at: atSecond(40), kind: 'power_on', node: 'lb1' },
  ],
  expect: [
    { at: atSecond(30), owner: 'lb2' },
    { at: atSecond(50), owner: 'lb2' },
    { at: atSecond(90), owner: 'lb2' },
  ],
}
