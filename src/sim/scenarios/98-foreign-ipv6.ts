import { atSecond, type Scenario } from '../scenario.ts'

const heard = { kind: 'foreign_advert', path: 'front', vrid: 10, priority: 50 } as const

export const scenario: Scenario = {
  row: 98,
  title: 'a foreign router with our VRID is named in its family, the other one does not hear it',
  pair: { family: 'both' },
  faults: [
    { at: atSecond(20), ...heard, family: 'ipv6' },
    { at: atSecond(21), ...heard, family: 'ipv6' },
    { at: atSecond(22), ...heard },
    // Another VRID is nobody's business.
    { at: atSecond(23), ...heard, vrid: 11, family: 'ipv6' },
  ],
  expect: [
    { at: atSecond(20.1), owner: 'lb1' },
    { at: atSecond(60), owner: 'lb1' },
  ],
  check: world => {
    const counts = world.nodes[0]?.state?.instances.map(
      ({ name, counters }) => `${name} ${counters.foreign_adverts}`,
    )
    const wanted = ['front 1', 'back 0', 'front6 2', 'back6 0']
    return `${counts}` === `${wanted}` ? undefined : `foreign adverts: ${counts}`
  },
}
