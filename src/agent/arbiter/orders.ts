/** The operator's orders where the heartbeat lets the nodes speak with each other. */

import { item } from '../never.ts'
import type { Reason } from '../reasons.ts'
import { note, type Turn } from '../state.ts'
import { after } from '../units.ts'
import type { Cause as Why } from '../vrrp/group.ts'
import { beginStandby, judgeStandby, type Ruling, setStandby } from '../vrrp/standby.ts'
import type { GroupState } from '../vrrp/state.ts'
import { beginTakeover, judgeTakeover } from '../vrrp/takeover.ts'
import { canTakeNow, isPeerAlive, reportOf, viewOf } from './observe.ts'
import { mayPeerFailBack } from './rules.ts'
import { ORDER_MAX } from './state.ts'

/** Standby of a guarded group: the peer must be heard, and able to take over. */
export function judgeGuardedStandby(turn: Turn, group: GroupState, force: boolean): Ruling {
  const usual = judgeStandby(turn, group, force)
  const report = isPeerAlive(turn.state) ? reportOf(turn.state, group.index) : undefined
  if (usual.outcome === 'unchanged' || force) return usual
  if (usual.reason === 'stopping' || usual.reason === 'address_owner') return usual
  if (group.role !== 'active') {
    if (report?.role !== 'active') return usual
    return { outcome: 'begun', reason: 'already_backup', facts: { peer_says: 'active' } }
  }
  if (report === undefined) return refused('peer_silent')
  if (!canTakeNow(report)) return refused('peer_cannot_take', { peer_says: report.role })
  return { outcome: 'begun', reason: 'operator_standby', facts: { peer_says: report.role } }
}

/** Offers the group to the peer, which claims it; forced, it is let go at once. */
export function beginGuardedStandby(
  turn: Turn,
  group: GroupState,
  force: boolean,
  ruling: Ruling,
): void {
  if (group.role !== 'active' || force) {
    beginStandby(turn, group, force, ruling)
    return
  }
  item(turn.state.arbiter.groups, group.index).offerUntil = after(turn.at, ORDER_MAX)
}

/**
 * Takeover of a guarded group: the peer is asked, and answers, unless it would ask for the group
 * again. Forced: also then, and by VRRP alone where the peer is silent.
 */
export function judgeGuardedTakeover(turn: Turn, group: GroupState, force: boolean): Ruling {
  const usual = judgeTakeover(turn, group)
  const byVrrp: readonly Reason[] = ['no_active_heard', 'heard_in_part', 'priority_too_low']
  if (usual.outcome === 'refused' && !byVrrp.includes(usual.reason)) return usual
  if (usual.outcome === 'unchanged') return usual
  if (isPeerAlive(turn.state)) {
    const peer_says = reportOf(turn.state, group.index)?.role ?? 'nothing'
    const obstacle = force ? undefined : whyUndone(turn, group)
    if (obstacle !== undefined) return refused(obstacle, { peer_says })
    return { outcome: 'begun', reason: 'operator_takeover', facts: { peer_says } }
  }
  return force ? usual : refused('peer_silent')
}

/** Asks the peer for the group, or preempts it where it is not heard. */
export function beginGuardedTakeover(turn: Turn, group: GroupState): void {
  if (!isPeerAlive(turn.state)) {
    beginTakeover(turn, group)
    return
  }
  item(turn.state.arbiter.groups, group.index).wantedUntil = after(turn.at, ORDER_MAX)
}

/** Whether the group can be kept from taking over, until `join`. */
export function judgeHold(turn: Turn, group: GroupState): Ruling {
  if (turn.state.phase === 'stopping') return refused('stopping')
  if (group.role === 'active') return refused('already_active')
  const outcome = group.standby === 'held' ? 'unchanged' : 'begun'
  return { outcome, reason: 'operator_hold', facts: {} }
}

/** Keeps the group from taking over, until `join`. */
export function beginHold(turn: Turn, group: GroupState): void {
  setStandby(turn, group, 'held')
  note(turn, 'info', 'operator_hold', group.name)
}

// Why the peer would ask for the group as soon as it has given it away: G8 and K5, or G10 and K4.
function whyUndone(turn: Turn, group: GroupState): Reason | undefined {
  const { config, arbiter } = turn.state
  const view = viewOf(turn, group, item(arbiter.groups, group.index))
  if (view.peerRole !== 'active') return undefined
  if (view.reachesLess) return 'peer_reaches_more'
  const isAutomatic = item(config.vrrp.groups, group.index).failback === 'automatic'
  return isAutomatic && mayPeerFailBack(view) ? 'peer_fails_back' : undefined
}

const refused = (reason: Reason, facts: Why['facts'] = {}): Ruling => ({
  outcome: 'refused',
  reason,
  facts,
})
