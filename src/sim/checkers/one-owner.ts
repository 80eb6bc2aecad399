/** I1: never two nodes that answer for the same VIPs, but for the listed overlaps. */

import { between, type Duration, type Instant } from '../../agent/units.ts'
import { type Checker, violate } from '../checker.ts'
import { ownersOf, type World } from '../world.ts'

/** @param overlap_max the longest time that two owners are allowed; 0: never */
export function oneOwner(overlap_max: Duration): Checker {
  const since = new Map<string, Instant>()
  const look = (world: World) => {
    for (const { name } of world.nodes[0]?.config.vrrp.instances ?? []) {
      const owners = ownersOf(world, name)
      if (owners.length < 2) {
        since.delete(name)
        continue
      }
      const start = since.get(name) ?? world.queue.now()
      since.set(name, start)
      const overlap = between(start, world.queue.now())
      if (overlap_max > 0 && overlap <= overlap_max) continue
      const names = owners.map(node => node.name).join(' and ')
      violate(world, 'I1', `${names} both answer for ${name}, for ${overlap} us by now`)
    }
  }
  return { id: 'I1', onOwnership: look, onStep: look }
}
