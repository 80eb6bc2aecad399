import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 91,
  title: 'unicast adverts of both families elect, and another router is not heard',
  pair: { family: 'both', unicast: true },
  faults: [
    { at: atSecond(10), kind: 'foreign_advert', path: 'front', vrid: 10, priority: 250 },
    { at: atSecond(20), kind: 'power_off', node: 'lb1' },
  ],
  expect: [
    { at: atSecond(10.1), owner: 'lb1' },
    { at: atSecond(23.62), owner: 'lb2' },
  ],
  check: world => {
    const discards = world.nodes[1]?.state?.interfaces[0]?.discards
    return discards?.R15 === 1 ? undefined : JSON.stringify(discards)
  },
}
