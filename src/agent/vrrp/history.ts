import { note, type Turn } from '../state.ts'
import { between } from '../units.ts'
import type { Role } from './router.ts'
import type { InstanceState, Transition } from './state.ts'

/** Changes kept of each instance. */
export const HISTORY_MAX = 32

/**
 * Remembers a change of role with its evidence, and says it in the log; that it became active is
 * said by `sayActive`, once the VIPs are seen to be open.
 */
export function record(
  turn: Turn,
  instance: InstanceState,
  from: Role,
  to: Role,
  cause: Pick<Transition, 'reason' | 'facts'>,
): void {
  if (instance.history.length >= HISTORY_MAX) instance.history.shift()
  instance.history.push({ at: turn.at, from, to, ...cause })
  if (to === 'active') instance.counters.became_active += 1
  else note(turn, 'info', cause.reason, instance.name, { ...cause.facts, from, to })
}

/** Says in the log that the instance is active, why, and how long the kernel took to open. */
export function sayActive(turn: Turn, instance: InstanceState): void {
  const last = instance.history.at(-1)
  if (last === undefined) return
  const { from, to, reason, facts } = last
  const open_us = between(last.at, turn.at)
  note(turn, 'info', reason, instance.name, { ...facts, from, to, open_us })
}
