/** This agent's loop was silent, and its supervisor has closed every VIP in the kernel. */

import type { Turn } from '../state.ts'
import type { Duration } from '../units.ts'
import { yieldGroup } from './group.ts'
import { closeVips } from './ownership.ts'

/**
 * Goes to backup before anything is sent, and listens for a whole Active_Down_Interval: the peer
 * may have taken over. What was closed is closed once more, and read back.
 */
export function onStalled(turn: Turn, silent: Duration): void {
  for (const group of turn.state.groups) {
    if (group.role !== 'active') continue
    yieldGroup(turn, group, {
      reason: 'loop_stalled',
      facts: { silent_us: silent, closed_by: 'supervisor' },
    })
  }
  turn.state.loop.stalls += 1
  for (const instance of turn.state.instances) closeVips(turn, instance)
}
