import { guarded } from '../pair.ts'
import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 65,
  title: 'IPVS refuses after a start of the better node: it serves nothing, the other one does',
  pair: { ...guarded, failback: 'automatic' },
  faults: [
    { at: atSecond(0), kind: 'refuse', node: 'lb1', what: 'ipvs', errno: 12 },
    { at: atSecond(20), kind: 'refuse', node: 'lb1', what: 'ipvs', errno: 0 },
  ],
  expect: [
    { at: atSecond(5), owner: 'lb2' },
    { at: atSecond(20), owner: 'lb2' },
    { at: atSecond(40), owner: 'lb1' },
  ],
  says: ['lb1 ipvs_failed ipvs'],
}
