/** What the peer's last word and the time have made of claims, grants and orders. */

import { item } from '../never.ts'
import { type DirectorState, note, type Turn } from '../state.ts'
import { after, earlier, isDue, milliseconds } from '../units.ts'
import { membersOf, reviewGroup, startupHold } from '../vrrp/group.ts'
import { countsAsActive } from '../vrrp/peers.ts'
import { askAgain, nextLook } from '../vrrp/probe.ts'
import { setStandby } from '../vrrp/standby.ts'
import type { GroupState } from '../vrrp/state.ts'
import type { GroupReport } from '../wire/heartbeat-body.ts'
import { nextAgeing } from './ageing.ts'
import { canTakeNow, isPeerAlive, peerServesUntil, reportOf } from './observe.ts'
import { CLAIM_MAX, type GroupArbiter, isNewer } from './state.ts'

/** Looks at a group before it is judged. */
export function learn(turn: Turn, group: GroupState, arbiter: GroupArbiter): void {
  const { state, at } = turn
  const report = isPeerAlive(state) ? reportOf(state, group.index) : undefined
  if (report !== undefined && isNewer(report.term, arbiter.term)) {
    arbiter.term = report.term
    // It was active meanwhile, unheard, or asked: a term is raised for nothing else.
    if (group.role === 'active' && !report.claims) arbiter.contested = true
  }
  const { claim, grant } = arbiter
  if (claim !== undefined && isDue(after(claim.at, CLAIM_MAX), at)) arbiter.claim = undefined
  if (grant !== undefined && arbiter.granting) {
    const isAnswered = report !== undefined && !(report.claims && report.term === grant.term)
    if (isDue(grant.until, at) || isAnswered) arbiter.granting = false
  }
  if (arbiter.offerUntil !== undefined && isDue(arbiter.offerUntil, at)) {
    arbiter.offerUntil = undefined
    if (group.role === 'active') note(turn, 'warning', 'offer_unclaimed', group.name)
  }
  if (arbiter.wantedUntil !== undefined && isDue(arbiter.wantedUntil, at)) {
    arbiter.wantedUntil = undefined
    if (group.role !== 'active') note(turn, 'warning', 'claim_unanswered', group.name)
  }
  if (group.role !== 'backup' || !isSilent(state, group)) arbiter.silentAt = undefined
  else arbiter.silentAt ??= at
  arbiter.agesAt = nextAgeing(turn, group, arbiter.silentAt !== undefined)
  const hold = milliseconds(state.config.heartbeat?.stranger.hold_ms_max ?? 0)
  const heldAt = arbiter.silentAt === undefined ? undefined : after(arbiter.silentAt, hold)
  arbiter.heldUntil = heldAt === undefined || isDue(heldAt, at) ? undefined : heldAt
  if (group.standby === 'handing_over' && report?.role === 'active') {
    setStandby(turn, group, 'held')
    note(turn, 'info', 'handed_over', group.name, { peer_priority: report.priority })
  }
  arbiter.servesUntil = undefined
  if (arbiter.silentAt !== undefined && report === undefined) {
    const until = peerServesUntil(state)
    if (until !== undefined && !isDue(until, at)) arbiter.servesUntil = until
  }
  askWhoHasIt(turn, group, arbiter, report !== undefined)
  learnColdStart(turn, group, arbiter, report)
  spare(turn, group)
}

function isSilent({ instances }: DirectorState, { members }: GroupState): boolean {
  for (const index of members) if (item(instances, index).router.downAt !== undefined) return false
  return true
}

// Nobody asks while the peer is heard, nor where nothing will be taken over.
function askWhoHasIt(turn: Turn, group: GroupState, arbiter: GroupArbiter, isHeard: boolean): void {
  arbiter.askAt = undefined
  if (!group.guarded || arbiter.silentAt === undefined) return
  if (isHeard || group.standby === 'held') return
  for (const member of membersOf(turn, group)) {
    askAgain(turn, member)
    const look = nextLook(member, turn.at)
    if (look === undefined) continue
    arbiter.askAt = arbiter.askAt === undefined ? look : earlier(arbiter.askAt, look)
  }
}

// Once anybody was active, or our own wait is over, nobody is waited for any more.
function learnColdStart(
  turn: Turn,
  group: GroupState,
  arbiter: GroupArbiter,
  report: GroupReport | undefined,
): void {
  if (!arbiter.cold) return
  const { at, state } = turn
  if (group.role === 'backup') arbiter.coldUntil ??= after(at, startupHold(state))
  const isOver = arbiter.coldUntil !== undefined && isDue(arbiter.coldUntil, at)
  const isActive = group.role === 'active' || report?.role === 'active'
  const isHeard = membersOf(turn, group).some(member =>
    member.peers.some(peer => countsAsActive(member, peer, at)),
  )
  if (!isOver && !isActive && !isHeard) return
  arbiter.cold = false
  arbiter.coldUntil = undefined
}

// With a link down on both nodes it is better to serve what is left than not at all.
function spare(turn: Turn, group: GroupState): void {
  const { state } = turn
  const report = reportOf(state, group.index)
  const isAlone = isPeerAlive(state) && report !== undefined && !canTakeNow(report)
  const spared = isAlone && report?.role !== 'active' && group.guarded
  if (spared === group.spared) return
  group.spared = spared
  if (hasBadLink(state, group)) reviewGroup(turn, group)
}

/** Whether an interface of the group has no link. */
export function hasBadLink(state: DirectorState, group: GroupState): boolean {
  for (const index of group.members) {
    const { interface: link } = item(state.instances, index)
    if (item(state.interfaces, link).up !== true) return true
  }
  return false
}
