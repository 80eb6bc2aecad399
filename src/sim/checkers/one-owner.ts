/** I1: never two nodes that answer for the same VIPs, but for the listed overlaps. */

import { after, between, type Duration, type Instant, microseconds } from '../../agent/units.ts'
import { type Checker, violate } from '../checker.ts'
import { countOwners, ownersOf, type World } from '../world.ts'

/**
 * Looks whenever a node begins or ceases to answer, which only the kernel, power and carriers
 * decide; an overlap that is allowed for a while is looked at once more when that is over.
 *
 * @param overlap_max the longest time that two owners are allowed; 0: never
 */
export function oneOwner(overlap_max: Duration): Checker {
  const since = new Map<string, Instant>()
  const look = (world: World) => {
    for (const { name } of world.nodes[0]?.config.vrrp.instances ?? []) {
      if (countOwners(world, name) < 2) {
        since.delete(name)
        continue
      }
      const now = world.queue.now()
      const known = since.get(name)
      const start = known ?? now
      since.set(name, start)
      const overlap = between(start, now)
      if (overlap_max > 0 && overlap <= overlap_max) {
        if (known === undefined) world.queue.plan(endOf(start, overlap_max), () => look(world))
        continue
      }
      const names = ownersOf(world, name)
        .map(node => node.name)
        .join(' and ')
      violate(world, 'I1', `${names} both answer for ${name}, for ${overlap} us by now`)
    }
  }
  return { id: 'I1', onOwnership: look }
}

const endOf = (start: Instant, overlap_max: Duration) => after(start, microseconds(overlap_max + 1))
