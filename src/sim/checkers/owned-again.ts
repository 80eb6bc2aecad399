/** I2: after everything was healed there is one owner again within the bound, and it stays so. */

import { after, between, type Duration, type Instant, seconds } from '../../agent/units.ts'
import { type Checker, violate } from '../checker.ts'
import { countOwners, type World } from '../world.ts'

/**
 * Two startup holds of a node that comes back at the healing, the order to join, a delayed
 * failback, and Active_Down.
 */
const AGAIN_MAX = seconds(25)
/** A handover that is due only then, or a failback. */
const GAP_MAX = seconds(1)

/** @param healed_at from then on nothing is done to the pair any more */
export function ownedAgain(healed_at: Instant): Checker {
  const noneSince = new Map<string, Instant>()
  const by = after(healed_at, AGAIN_MAX)
  const look = (world: World) => {
    const now = world.queue.now()
    if (now < by) return
    for (const { name } of world.nodes[0]?.config.vrrp.instances ?? []) {
      if (countOwners(world, name) > 0) noneSince.delete(name)
      else if (!noneSince.has(name)) {
        noneSince.set(name, now)
        world.queue.plan(after(now, GAP_MAX), () => complain(world, name, now))
      }
    }
  }
  const complain = (world: World, name: string, since: Instant) => {
    if (noneSince.get(name) !== since) return
    const gap: Duration = between(since, world.queue.now())
    violate(world, 'I2', `nobody owns ${name} for ${gap} us, and all was healed at ${healed_at} us`)
  }
  return { id: 'I2', onStart: world => world.queue.plan(by, () => look(world)), onOwnership: look }
}
