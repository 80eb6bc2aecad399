/**
 * The operator's order to take over, by what VRRP alone can do: preemption, once.
 *
 * A router of lower priority yields to our first advert (A5). VRRP cannot ask a router of higher
 * priority to yield, and cannot know beforehand that our adverts reach the other.
 */

import type { Turn } from '../state.ts'
import { between, type Instant } from '../units.ts'
import { formatAddress } from '../wire/address.ts'
import { type Cause, membersOf, takeGroup } from './group.ts'
import { activePeers } from './peers.ts'
import type { Heard } from './router.ts'
import type { Ruling } from './standby.ts'
import type { GroupState, InstanceState } from './state.ts'

/** Whether the group may take over: an active router is heard on each member, and would yield. */
export function judgeTakeover(turn: Turn, group: GroupState): Ruling {
  if (turn.state.phase === 'stopping') return refusal({ reason: 'stopping', facts: {} })
  if (group.role === 'active') return { outcome: 'unchanged', reason: 'already_active', facts: {} }
  if (group.standby !== undefined) return refusal({ reason: 'in_standby', facts: {} })
  if (group.role === 'initialize') {
    return refusal({ reason: group.blocked ?? 'startup_hold', facts: {} })
  }
  const obstacle = whyNot(turn, group)
  if (obstacle !== undefined) return refusal(obstacle)
  return { outcome: 'begun', reason: 'operator_takeover', facts: {} }
}

/** Takes over: the VIPs are opened, read back, and our first advert makes the other one yield. */
export function beginTakeover(turn: Turn, group: GroupState): void {
  takeGroup(turn, group, { reason: 'operator_takeover', facts: {} })
}

/**
 * Whether another router still claims the VIPs although ours went out for one and a half intervals
 * since the takeover. Later claims are none of the takeover's: the election answers them.
 */
export function isTakeoverIgnored(
  group: GroupState,
  instance: InstanceState,
  heard: Heard,
  at: Instant,
): boolean {
  if (!group.isTakeover || instance.vips.is !== 'open') return false
  const interval = Math.max(instance.router.own_interval, heard.interval)
  const open = between(instance.vips.since, at)
  return 2 * open >= 3 * interval && 2 * open <= 9 * interval
}

function whyNot(turn: Turn, group: GroupState): Cause | undefined {
  const members = membersOf(turn, group)
  const deaf = members.filter(member => activePeers(member, turn.at).length === 0)
  if (deaf.length === members.length) return { reason: 'no_active_heard', facts: {} }
  const [first] = deaf
  if (first !== undefined) return { reason: 'heard_in_part', facts: { instance: first.name } }
  for (const member of members) {
    const { name, router } = member
    const heard = activePeers(member, turn.at)
    const better = heard.find(({ priority }) => priority >= router.priority)
    if (better === undefined) continue
    const peer = formatAddress(better.address)
    const facts = { instance: name, peer, peer_priority: better.priority }
    return { reason: 'priority_too_low', facts: { ...facts, priority: router.priority } }
  }
  return undefined
}

const refusal = (cause: Cause): Ruling => ({ outcome: 'refused', ...cause })
