/** I5: ownership does not go to and fro: what one rule decides no other one takes back at once. */

import type { Instant } from '../../agent/units.ts'
import { between, seconds } from '../../agent/units.ts'
import { type Checker, violate } from '../checker.ts'

/** More than a storm of faults and orders could ask for. */
const OPENED_MAX = 16
const WITHIN = seconds(10)

/** Counts how often the VIPs of an instance are opened, on either node. */
export function steady(): Checker {
  const opened = new Map<string, Instant[]>()
  return {
    id: 'I5',
    onEffects(world, _node, _event, effects) {
      for (const effect of effects) {
        if (effect.kind !== 'flip' || effect.to !== 'open') continue
        const now = world.queue.now()
        const times = opened.get(effect.instance) ?? []
        opened.set(effect.instance, times)
        times.push(now)
        const before = times.length > OPENED_MAX ? times.shift() : undefined
        if (before === undefined || between(before, now) > WITHIN) continue
        violate(world, 'I5', `${effect.instance} was opened ${OPENED_MAX + 1} times in 10 s`)
      }
    },
  }
}
