/** The timers of the VRRP half: what is due, in a fixed order, and what comes next. */

import { item } from '../never.ts'
import { offer, type Soonest } from '../soonest.ts'
import { type DirectorState, note, type Turn } from '../state.ts'
import { between, isDue, milliseconds } from '../units.ts'
import { continueAnnouncing } from './announce.ts'
import { wakeConflicts } from './conflict.ts'
import { endFailbackDelay } from './failback.ts'
import { membersOf, onSettled, reviewGroup, startGroup, takeGroup, yieldGroup } from './group.ts'
import { wakeLink } from './link.ts'
import { onTimer } from './on-timer.ts'
import { onFlipDue } from './ownership.ts'
import { lastWord } from './peers.ts'
import { probeDue, wakeProbe } from './probe.ts'
import { applyRules } from './router.ts'
import { sendAdvert } from './send.ts'
import { standbyInSilence } from './standby.ts'
import type { GroupState, InstanceState } from './state.ts'

/**
 * Runs every VRRP timer that is due. A spare call changes nothing.
 *
 * @returns whether the loop had stalled: an instance is active no more
 */
export function wakeVrrp(turn: Turn): boolean {
  let hasStalled = false
  for (const link of turn.state.interfaces) wakeLink(turn, link)
  for (const group of turn.state.groups) wakeGroup(turn, group)
  for (const instance of turn.state.instances) {
    wakeProbe(turn, instance)
    hasStalled = wakeRouter(turn, instance) || hasStalled
  }
  for (const instance of turn.state.instances) wakeVips(turn, instance)
  return hasStalled
}

/** Twice the shortest interval of adverts, RFC 9568 5.2.7: below it no node has to yield. */
const STALL_MIN = milliseconds(20)

/**
 * Before anything is made of what was read: a node that was stalled for long is active no more.
 * What it would answer first would say that it is, and the peer might give way to it.
 *
 * @returns whether it yielded
 */
export function yieldIfStalled(turn: Turn): boolean {
  const { loop, instances } = turn.state
  if (between(loop.steppedAt, turn.at) < STALL_MIN) return false
  let hasYielded = false
  for (const instance of instances) {
    const { advertAt, own_interval } = instance.router
    if (advertAt === undefined || between(advertAt, turn.at) < 2 * own_interval) continue
    hasYielded = wakeRouter(turn, instance) || hasYielded
  }
  return hasYielded
}

/** Offers every timer that runs, but for those of `offerAdverts`. */
export function offerVrrpDeadlines(
  { instances, interfaces, groups }: DirectorState,
  first: Soonest,
): void {
  for (const instance of instances) {
    offerWaits(instance, first)
    if (instance.router.downAt !== undefined) {
      offer(first, probeDue(instance), 'probe', instance.name)
    }
  }
  for (const { settlesAt, name } of interfaces) offer(first, settlesAt, 'link_delay', name)
  for (const group of groups) offerGroup(group, first)
}

/** Offers when adverts go out: that one does changes nothing for anybody here. */
export function offerAdverts({ instances }: DirectorState, first: Soonest): void {
  for (const { router, name } of instances) offer(first, router.advertAt, 'advert', name)
}

/** Offers what an instance waits for by itself. */
export function offerInstance(instance: InstanceState, first: Soonest): void {
  offer(first, instance.router.advertAt, 'advert', instance.name)
  offerWaits(instance, first)
}

function offerWaits(instance: InstanceState, first: Soonest): void {
  const { router, vips, announcing, name } = instance
  offer(first, router.downAt, 'active_down', name)
  offer(first, vips.dueAt, 'flip', name)
  if (announcing !== undefined) offer(first, announcing.nextAt, 'announce', name)
  offer(first, instance.conflictAt, 'address_conflict', name)
}

/** Offers what a group waits for. */
export function offerGroup({ holdAt, faultUntil, failbackAt, name }: GroupState, first: Soonest) {
  offer(first, holdAt, 'startup_hold', name)
  offer(first, faultUntil, 'fault_retry', name)
  offer(first, failbackAt, 'failback', name)
}

function wakeGroup(turn: Turn, group: GroupState): void {
  if (group.faultUntil !== undefined && isDue(group.faultUntil, turn.at)) {
    group.faultUntil = undefined
    reviewGroup(turn, group)
  }
  if (group.failbackAt !== undefined && isDue(group.failbackAt, turn.at)) {
    endFailbackDelay(turn, group)
  }
  if (group.holdAt !== undefined && isDue(group.holdAt, turn.at)) startGroup(turn, group)
}

// Whether the loop had stalled.
function wakeRouter(turn: Turn, instance: InstanceState): boolean {
  const { downAt, advertAt } = instance.router
  const due = downAt ?? advertAt
  if (due === undefined || !isDue(due, turn.at)) return false
  const group = item(turn.state.groups, instance.group)
  const { id, moves } = applyRules(onTimer, instance.router, undefined, turn.at)
  if (id === 'L2') note(turn, 'warning', 'loop_late', instance.name, { late_us: turn.at - due })
  for (const move of moves) {
    if (move === 'advertise') sendAdvert(turn, instance)
    else if (move === 'take') onSilence(turn, group, instance)
    else if (move === 'stalled') {
      const facts = { instance: instance.name, late_us: turn.at - due }
      yieldGroup(turn, group, { reason: 'loop_stalled', facts })
    }
  }
  return id === 'L1'
}

// The group moves when its last member fell silent: while one still hears the active router,
// taking over would only make two owners.
function onSilence(turn: Turn, group: GroupState, instance: InstanceState): void {
  instance.silentAt = turn.at
  if (membersOf(turn, group).some(member => member.router.downAt !== undefined)) return
  // The arbitration looks at every group after each step.
  if (group.guarded) return
  const decided = standbyInSilence(turn, group)
  if (decided === 'stay') return
  const released = instance.releasedBy === undefined ? 'down_timer_expired' : 'peer_released'
  const facts = { instance: instance.name, ...lastWord(instance, turn.at) }
  takeGroup(turn, group, { reason: decided ?? released, facts })
}

function wakeVips(turn: Turn, instance: InstanceState): void {
  const { dueAt } = instance.vips
  if (dueAt !== undefined && isDue(dueAt, turn.at)) {
    const settled = onFlipDue(turn, instance)
    if (settled !== undefined) onSettled(turn, instance, settled)
  }
  const next = instance.announcing?.nextAt
  if (next !== undefined && isDue(next, turn.at)) continueAnnouncing(turn, instance)
  wakeConflicts(turn, instance)
}
