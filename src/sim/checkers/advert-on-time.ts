/** I4: whoever is active advertises, no advert later than a twentieth of an interval. */

import type { Effect } from '../../agent/machine.ts'
import { type Checker, violate } from '../checker.ts'
import type { SimNode } from '../node.ts'
import type { World } from '../world.ts'
import { readSent } from './verified.ts'

/** Of the interval. */
const LATE_MAX = 0.05

/** What one node owes: by instance the time from which on its advert is late, else `Infinity`. */
interface Owed {
  readonly lateAt: number[]
  first: number
  /** The life and the stalls of the process for which this holds. */
  life: number
  stalls: number
}

/**
 * Looked at with each event, whosever it is. A node owes adverts while it is active and the kernel
 * holds its VIPs open. A process that ended or stalled owes none for that time; when it goes on it
 * has one interval again.
 */
export function advertOnTime(): Checker {
  const owed: Owed[] = []
  return {
    id: 'I4',
    onStep(world, node, _event, effects) {
      const now = world.queue.now()
      for (const other of world.nodes) {
        const its = owed[other.index]
        if (its !== undefined && its.first <= now) complain(world, other, its)
      }
      owed[node.index] ??= { lateAt: [], first: 0, life: -1, stalls: -1 }
      const own = owed[node.index] as Owed
      // No group changes its role and no VIP opens or closes without an effect that says so.
      if (effects.length > 0 || isExcused(own, node)) account(own, node, effects)
    },
  }
}

function complain(world: World, node: SimNode, owed: Owed): void {
  if (isExcused(owed, node)) return
  const now = world.queue.now()
  const index = owed.lateAt.indexOf(owed.first)
  const name = node.config.vrrp.instances[index]?.name
  violate(world, 'I4', `${node.name} has not advertised ${name}: late for ${now - owed.first} us`)
}

const isExcused = (owed: Owed, node: SimNode) =>
  node.life !== owed.life || node.stalls !== owed.stalls

function account(owed: Owed, node: SimNode, effects: readonly Effect[]): void {
  if (isExcused(owed, node)) {
    owed.lateAt.fill(Number.POSITIVE_INFINITY)
    owed.life = node.life
    owed.stalls = node.stalls
  }
  const now = node.queue.now()
  let first = Number.POSITIVE_INFINITY
  for (const { index, router, vips } of node.state?.instances ?? []) {
    const owes = router.role === 'active' && vips.is === 'open'
    const known = owed.lateAt[index] ?? Number.POSITIVE_INFINITY
    const isNew = owes && (known === Number.POSITIVE_INFINITY || isAdvertised(node, index, effects))
    const lateAt = isNew ? now + router.own_interval * (1 + LATE_MAX) : known
    owed.lateAt[index] = owes ? lateAt : Number.POSITIVE_INFINITY
    first = Math.min(first, owed.lateAt[index] as number)
  }
  owed.first = first
}

function isAdvertised(node: SimNode, index: number, effects: readonly Effect[]): boolean {
  const config = node.config.vrrp.instances[index]
  if (config === undefined) return false
  for (const effect of effects) {
    if (effect.kind !== 'send' && effect.kind !== 'send_to') continue
    if (effect.interface !== config.interface) continue
    const { vrid, isIpv6, priority } = readSent(effect)
    if (priority === undefined || vrid !== config.vrid) continue
    if (isIpv6 === config.name.endsWith('6')) return true
  }
  return false
}
