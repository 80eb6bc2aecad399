/** What time alone changes in the view of a group. */

import { item } from '../never.ts'
import type { Turn } from '../state.ts'
import { after, type Duration, earlier, type Instant, isDue, microseconds } from '../units.ts'
import { isOfPeer } from '../vrrp/of-peer.ts'
import { activeUntil } from '../vrrp/peers.ts'
import type { GroupState } from '../vrrp/state.ts'
import { backUntil, lateUntil, recentStranger } from './observe.ts'

/**
 * When next something that was heard, or a stall, no longer counts; undefined: nothing does. The
 * peer's own adverts are among it where VRRP is silent: else each of them moves the timer of VRRP.
 */
export function nextAgeing(
  { state, at }: Turn,
  group: GroupState,
  isSilent: boolean,
): Instant | undefined {
  const { heartbeat } = state
  if (heartbeat === undefined) return undefined
  let next: Instant | undefined
  const consider = (end: Instant | undefined) => {
    if (end === undefined || isDue(end, at)) return
    next = next === undefined ? end : earlier(end, next)
  }
  consider(backUntil(heartbeat))
  consider(lateUntil(heartbeat))
  const { stranger } = heartbeat.peer
  if (stranger !== undefined) {
    const recent = recentStranger(heartbeat)
    consider(after(stranger.at, recent))
    if (stranger.activeAt !== undefined) consider(after(stranger.activeAt, recent))
  }
  for (const index of group.members) {
    const member = item(state.instances, index)
    for (const peer of member.peers) {
      if (!isSilent && isOfPeer(member, peer.address)) continue
      consider(after(activeUntil(member, peer), ONE))
    }
  }
  return next
}

// An advert counts until its end, and not after it.
const ONE: Duration = microseconds(1)
