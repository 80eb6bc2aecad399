import { guarded } from '../pair.ts'
import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 108,
  title: 'a foreign router of IPv6 has our VRID and more priority: named, and nobody moves',
  pair: { ...guarded, family: 'ipv6' },
  faults: [20, 21, 22].map(at => ({
    ...{ at: atSecond(at), kind: 'foreign_advert', path: 'front', family: 'ipv6' },
    ...{ vrid: 10, priority: 254 },
  })),
  expect: [
    { at: atSecond(20.5), owner: 'lb1' },
    { at: atSecond(60), owner: 'lb1' },
  ],
  check: world => {
    const heard = world.nodes.map(({ state }) => state?.instances[0]?.counters.foreign_adverts)
    return heard.every(count => count === 3) ? undefined : `foreign adverts: ${heard}`
  },
}
