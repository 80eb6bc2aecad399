import { guarded } from '../pair.ts'
import { repeated } from '../repeated.ts'
import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 79,
  title: 'a third router is active while ours are not: nobody takes over against it',
  pair: guarded,
  faults: [
    { at: atSecond(19), kind: 'power_off', node: 'lb1' },
    { at: atSecond(19), kind: 'power_off', node: 'lb2' },
    { at: atSecond(22), kind: 'power_on', node: 'lb1' },
    { at: atSecond(22), kind: 'power_on', node: 'lb2' },
    ...repeated({ kind: 'foreign_advert', path: 'front', vrid: 10, priority: 90 }, [21, 40]),
    ...repeated({ kind: 'foreign_advert', path: 'back', vrid: 20, priority: 90 }, [21.5, 40.5]),
  ],
  expect: [
    { at: atSecond(19.5), owner: undefined },
    { at: atSecond(30), owner: undefined },
    { at: atSecond(40), owner: undefined },
    { at: atSecond(46), owner: 'lb1' },
  ],
}
