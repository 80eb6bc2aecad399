/** After each event that may matter: looks at every group, and does what the rules say. */

import { beatNow } from '../heartbeat/beat.ts'
import { reachOf } from '../heartbeat/connectivity.ts'
import { judgePaths } from '../heartbeat/paths.ts'
import { groupWord } from '../heartbeat/report.ts'
import { item } from '../never.ts'
import type { Reason } from '../reasons.ts'
import { offer, type Soonest } from '../soonest.ts'
import { type DirectorState, note, type Turn } from '../state.ts'
import {
  after,
  between,
  type Duration,
  type Instant,
  isDue,
  milliseconds,
  seconds,
} from '../units.ts'
import { startAnnouncing } from '../vrrp/announce.ts'
import { membersOf, standDown, takeGroup, yieldGroup } from '../vrrp/group.ts'
import { lastWord } from '../vrrp/peers.ts'
import { endStandby, setStandby } from '../vrrp/standby.ts'
import type { GroupState } from '../vrrp/state.ts'
import type { Cause } from '../wire/heartbeat-body.ts'
import { fence, grantIfAsked, makeClaim, settle } from './claims.ts'
import { hasBadLink, learn } from './learn.ts'
import { isBehind, isPeerDeaf, viewOf } from './observe.ts'
import { arbitrate, type Guard } from './rules.ts'
import { saySame } from './same-report.ts'
import { CLAIM_MAX, type GroupArbiter } from './state.ts'
import type { View } from './view.ts'

/**
 * A new report of the peer came: what is counted by reports.
 *
 * @returns whether the groups have to be judged by it: most reports say what the last one said
 */
export function countReports({ state, at }: Turn): boolean {
  const report = state.heartbeat?.peer.report
  const [own] = reachOf(state.connectivity)
  const isBetter = isBehind(report?.node, own)
  let counts = 0
  for (const group of state.groups) {
    const arbiter = item(state.arbiter.groups, group.index)
    counts += arbiter.betterReports + arbiter.deafReports
    arbiter.betterReports = isBetter ? arbiter.betterReports + 1 : 0
    countDeaf(arbiter, isPeerDeaf(state, group), at, state.heartbeat?.interval ?? NO_TIME)
    counts += arbiter.betterReports + arbiter.deafReports
  }
  return counts > 0 || !saySame(report, state.arbiter.judged)
}

const NO_TIME = milliseconds(0)

// A peer that was stalled sends more than one frame before it has read what waited for it.
function countDeaf(arbiter: GroupArbiter, isDeaf: boolean, at: Instant, interval: Duration): void {
  if (!isDeaf) {
    arbiter.deafReports = 0
    return
  }
  if (arbiter.deafReports > 0 && 2 * between(arbiter.deafAt, at) < interval) return
  arbiter.deafReports += 1
  arbiter.deafAt = at
}

/** None is left unjudged for longer, though whatever may change a ruling is a reason to judge. */
const UNJUDGED_MAX = seconds(5)

/** Whether the groups have not been judged for long. */
export const isJudgementDue = ({ state, at }: Turn): boolean =>
  isDue(after(state.arbiter.judgedAt, UNJUDGED_MAX), at)

/** Judges every group that is guarded, and says at once what changed for the peer. */
export function judgeGroups(turn: Turn): void {
  const { state } = turn
  if (state.heartbeat === undefined) return
  // After a stall what the peer said last is as old as our own absence.
  judgePaths(turn)
  state.arbiter.judged = state.heartbeat.peer.report
  state.arbiter.judgedAt = turn.at
  let isSaid = true
  for (const group of state.groups) {
    const arbiter = item(state.arbiter.groups, group.index)
    learn(turn, group, arbiter)
    if (group.guarded) judgeGroup(turn, group, arbiter)
    const isReady = group.role === 'backup' || isHolding(group)
    arbiter.canTake = isReady && group.standby !== 'held' && !hasBadLink(state, group)
    const said = groupWord(state, group, arbiter)
    isSaid &&= said === arbiter.said
    arbiter.said = said
  }
  if (!isSaid) beatNow(turn)
}

// In its startup hold, which nothing but its end has to follow.
const isHolding = ({ role, holdAt }: GroupState) => role === 'initialize' && holdAt !== undefined

/** Offers the arbitration's deadlines. */
export function offerArbiterDeadlines(
  { heartbeat, groups, arbiter: { groups: arbiters } }: DirectorState,
  first: Soonest,
): void {
  if (heartbeat === undefined) return
  for (const { index, name } of groups) {
    const arbiter = item(arbiters, index)
    const { claim, grant } = arbiter
    if (claim !== undefined) offer(first, after(claim.at, CLAIM_MAX), 'claim', name)
    if (grant !== undefined && arbiter.granting) offer(first, grant.until, 'grant', name)
    offer(first, arbiter.offerUntil, 'offer', name)
    offer(first, arbiter.wantedUntil, 'order', name)
    offer(first, arbiter.coldUntil, 'cold_start', name)
    offer(first, arbiter.heldUntil, 'stranger_hold', name)
    offer(first, arbiter.askAt, 'probe', name)
    offer(first, arbiter.servesUntil, 'peer_may_serve', name)
    offer(first, arbiter.agesAt, 'ageing', name)
  }
}

function judgeGroup(turn: Turn, group: GroupState, arbiter: GroupArbiter): void {
  if (group.role === 'initialize') {
    arbiter.claim = undefined
    const reason = group.holdAt === undefined ? (group.blocked ?? 'loading') : 'startup_hold'
    rule(turn, group, arbiter, 'I1', reason)
    grantIfAsked(turn, group, arbiter)
    return
  }
  const view = viewOf(turn, group, arbiter)
  group.keeps =
    group.role === 'active' && view.isAlive && !(view.peerRole === 'active' && !view.outranks)
  const guard = arbitrate(view)
  const reason = reasonOf(turn, group, arbiter, guard)
  rule(turn, group, arbiter, guard.id, reason)
  obey(turn, group, arbiter, guard, view, reason)
  confirm(turn, group, arbiter, view)
}

// Switches and hosts may have learned the way to the other: not before it has closed.
function confirm(turn: Turn, group: GroupState, arbiter: GroupArbiter, view: View): void {
  if (group.role !== 'active') {
    arbiter.contested = false
  } else if (view.isAlive && view.peerRole === 'active') {
    arbiter.contested = true
  } else if (view.isAlive && arbiter.contested) {
    arbiter.contested = false
    for (const member of membersOf(turn, group)) {
      if (member.vips.is === 'open') startAnnouncing(turn, member)
    }
    note(turn, 'warning', 'ownership_confirmed', group.name, { term: arbiter.term })
  }
}

function obey(
  turn: Turn,
  group: GroupState,
  arbiter: GroupArbiter,
  { act, id }: Guard,
  view: View,
  reason: Reason,
): void {
  switch (act.do) {
    case 'claim':
      if (arbiter.claim?.cause !== act.cause) makeClaim(turn, arbiter, act.cause)
      return
    case 'grant':
      arbiter.claim = undefined
      grantIfAsked(turn, group, arbiter)
      return
    case 'take':
      settle(arbiter)
      if (group.standby !== undefined) endStandby(turn, group)
      takeGroup(turn, group, { reason, facts: evidence(turn, group, view, id) })
      return
    case 'fence':
      fence(turn, arbiter)
      return
    case 'release':
      arbiter.offerUntil = undefined
      if (view.peerClaim === 'offered') setStandby(turn, group, 'handing_over')
      standDown(turn, group, { reason, facts: evidence(turn, group, view, id) })
      return
    case 'yield':
      yieldGroup(turn, group, { reason, facts: evidence(turn, group, view, id) })
      return
    default:
      if (act.do === 'wait') arbiter.claim = undefined
  }
}

function reasonOf(
  turn: Turn,
  group: GroupState,
  { claim }: GroupArbiter,
  { because }: Guard,
): Reason {
  if (because === 'claim') return GRANTED[claim?.cause ?? 'ownerless']
  if (because !== 'silence') return because
  if (group.standby === 'handing_over') return 'standby_unanswered'
  const isReleased = membersOf(turn, group).some(({ releasedBy }) => releasedBy !== undefined)
  return isReleased ? 'peer_released' : 'down_timer_expired'
}

const GRANTED: Readonly<Record<Cause, Reason>> = {
  ownerless: 'peer_not_active',
  offered: 'peer_offers',
  failback: 'failback',
  operator: 'operator_takeover',
  reach: 'reaches_more',
}

function rule(
  turn: Turn,
  group: GroupState,
  arbiter: GroupArbiter,
  id: string,
  reason: Reason,
): void {
  if (arbiter.ruling.id === id && arbiter.ruling.reason === reason) return
  arbiter.ruling = { id, reason, at: turn.at }
  if (SAID.includes(reason)) note(turn, 'alarm', reason, group.name, { rule: id })
}

/** A backup that ought to be active and is held back by one of these is worth an alarm. */
const SAID: readonly Reason[] = ['stranger_active', 'stranger_present', 'cut_off', 'vip_answers']

function evidence(turn: Turn, group: GroupState, view: View, rule: string) {
  const word = lastWord(item(membersOf(turn, group), 0), turn.at)
  const heard = view.isAlive ? { peer_says: view.peerRole } : { peer_says: 'nothing' }
  return { rule, instance: item(membersOf(turn, group), 0).name, ...heard, ...word }
}
