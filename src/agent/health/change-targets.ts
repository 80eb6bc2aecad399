/** The checks of a config that was reloaded: what was found out by those that stay is kept. */

import { keyOf } from '../ipvs/desired.ts'
import { nameOfDestination, nameOfKey } from '../ipvs/table.ts'
import { item } from '../never.ts'
import type { Turn } from '../state.ts'
import { appoint } from './probing.ts'
import type { HealthState, Target } from './state.ts'
import { collectTargets, nameOfTarget } from './targets.ts'

/** Takes over the checks of the config. One that is under way begins again if any other came. */
export function changeTargets(turn: Turn): void {
  const { health, config } = turn.state
  const fresh = collectTargets(config, turn.at)
  if (areSame(health.targets, fresh)) {
    for (const [index, target] of health.targets.entries()) target.uses = item(fresh, index).uses
  } else replace(turn, fresh)
  health.down = downOf(turn)
}

const areSame = (left: readonly Target[], right: readonly Target[]) =>
  left.length === right.length &&
  left.every((target, index) => nameOfTarget(target) === nameOfTarget(item(right, index)))

function replace(turn: Turn, fresh: readonly Target[]): void {
  const { health } = turn.state
  const known = new Map(health.targets.map(target => [nameOfTarget(target), target] as const))
  for (const { probe } of health.targets) {
    if (probe !== undefined) turn.effects.push({ kind: 'probe_cancel', probe })
  }
  const count = health.targets.length
  health.targets = fresh.map(target => {
    const before = known.get(nameOfTarget(target))
    if (before === undefined) return target
    const dueAt = before.probe === undefined ? before.dueAt : turn.at
    const stopped = { probe: undefined, startedAt: undefined, dueAt }
    return { ...before, uses: target.uses, ...stopped }
  })
  skipIds(health, count)
  health.agenda.length = 0
  for (const [index, target] of health.targets.entries()) appoint(health, index, target.dueAt)
}

// An id tells its target by the number of targets: none of before may be one of from now on.
function skipIds(health: HealthState, before: number): void {
  const now = health.targets.length
  if (now > 0) health.probes = Math.ceil(((health.probes + 1) * before) / now)
}

function downOf({ state: { health, config } }: Turn): Record<string, true> {
  const down: Record<string, true> = {}
  for (const { verdict, uses } of health.targets) {
    if (verdict !== 'down') continue
    for (const use of uses) {
      const service = item(config.services, use.service)
      const real = nameOfDestination(item(service.real_servers, use.real))
      down[`${nameOfKey(keyOf(service))} ${real}`] = true
    }
  }
  return down
}
