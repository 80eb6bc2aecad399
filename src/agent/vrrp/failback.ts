/** When a group may take over from a router of lower priority: at once, after a while, never. */

import { item } from '../never.ts'
import type { Turn } from '../state.ts'
import { after, milliseconds } from '../units.ts'
import type { GroupState } from './state.ts'

/**
 * Sets Preempt_Mode of every member by the configuration. With a delay it stays false until the
 * group was backup that long; each change of the group begins the delay anew.
 */
export function reviewFailback(turn: Turn, group: GroupState): void {
  const config = item(turn.state.config.vrrp.groups, group.index)
  const delay = milliseconds(config.failback_delay_ms)
  const waits = config.failback === 'automatic' && delay > 0 && group.role === 'backup'
  group.failbackAt = waits && group.standby === undefined ? after(turn.at, delay) : undefined
  setPreempt(turn, group, config.failback === 'automatic' && group.failbackAt === undefined)
}

/** The delay is over: from now on a lower priority does not reset the timers (B6). */
export function endFailbackDelay(turn: Turn, group: GroupState): void {
  group.failbackAt = undefined
  setPreempt(turn, group, true)
}

function setPreempt(turn: Turn, group: GroupState, preempt: boolean): void {
  if (group.standby !== undefined) return
  for (const index of group.members) {
    const instance = item(turn.state.instances, index)
    Object.assign(instance.router, { preempt })
  }
}
