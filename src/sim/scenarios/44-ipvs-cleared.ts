import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 44,
  title: 'someone empties the IPVS table: it is whole again within five seconds',
  faults: [{ at: atSecond(20), kind: 'ipvs_clear', node: 'lb1' }],
  expect: [{ at: atSecond(25.1), owner: 'lb1' }],
  check: world => {
    const held = [...(world.nodes[0]?.kernel.ipvs.values() ?? [])]
    const count = held.flatMap(service => service.destinations).length
    return held.length === 1 && count === 2
      ? undefined
      : `${held.length} services, ${count} real servers`
  },
}
