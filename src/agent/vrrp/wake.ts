/** The timers of the VRRP half: what is due, in a fixed order, and what comes next. */

import type { Deadline } from '../machine.ts'
import { item } from '../never.ts'
import { type DirectorState, note, type Turn } from '../state.ts'
import { between, type Instant, isDue, milliseconds } from '../units.ts'
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

/** Runs every VRRP timer that is due. A spare call changes nothing. */
export function wakeVrrp(turn: Turn): void {
  for (const link of turn.state.interfaces) wakeLink(turn, link)
  for (const group of turn.state.groups) wakeGroup(turn, group)
  for (const instance of turn.state.instances) {
    wakeProbe(turn, instance)
    wakeRouter(turn, instance)
  }
  for (const instance of turn.state.instances) wakeVips(turn, instance)
}

/** Twice the shortest interval of adverts, RFC 9568 5.2.7: below it no node has to yield. */
const STALL_MIN = milliseconds(20)

/**
 * Before anything is made of what was read: a node that was stalled for long is active no more.
 * What it would answer first would say that it is, and the peer might give way to it.
 */
export function yieldIfStalled(turn: Turn): void {
  const { loop, instances } = turn.state
  if (between(loop.steppedAt, turn.at) < STALL_MIN) return
  for (const instance of instances) {
    const { advertAt, own_interval } = instance.router
    if (advertAt === undefined || between(advertAt, turn.at) < 2 * own_interval) continue
    wakeRouter(turn, instance)
  }
}

/** Hands the first of the running timers of the instances to `offer`, and each of the others. */
export function offerVrrpDeadlines(
  state: DirectorState,
  offer: (at: Instant | undefined, timer: string, subject: string) => void,
): void {
  // With hundreds of instances a call for each timer would show: only for what comes first so far.
  let first = Number.POSITIVE_INFINITY
  const offerFirst = (at: Instant, timer: string, subject: string) => {
    first = at
    offer(at, timer, subject)
  }
  for (const instance of state.instances) {
    const { advertAt, downAt } = instance.router
    const { dueAt } = instance.vips
    const { conflictAt } = instance
    const nextAt = instance.announcing?.nextAt
    const askAt = downAt === undefined ? undefined : probeDue(instance)
    if (advertAt !== undefined && advertAt < first) offerFirst(advertAt, 'advert', instance.name)
    if (downAt !== undefined && downAt < first) offerFirst(downAt, 'active_down', instance.name)
    if (askAt !== undefined && askAt < first) offerFirst(askAt, 'probe', instance.name)
    if (dueAt !== undefined && dueAt < first) offerFirst(dueAt, 'flip', instance.name)
    if (nextAt !== undefined && nextAt < first) offerFirst(nextAt, 'announce', instance.name)
    if (conflictAt !== undefined && conflictAt < first)
      offerFirst(conflictAt, 'address_conflict', instance.name)
  }
  for (const { settlesAt, name } of state.interfaces) {
    if (settlesAt !== undefined) offer(settlesAt, 'link_delay', name)
  }
  for (const group of state.groups) {
    offer(group.holdAt, 'startup_hold', group.name)
    offer(group.faultUntil, 'fault_retry', group.name)
    offer(group.failbackAt, 'failback', group.name)
  }
}

export type Offer = (at: Instant | undefined, timer: string, subject: string) => void

/** Collects the earliest deadline; of equal ones the first that was offered. */
export function earliest(collect: (offer: Offer) => void): Deadline | undefined {
  let first: Instant | undefined
  let [timer, subject] = ['', '']
  collect((at, offered, whose) => {
    if (at === undefined || (first !== undefined && first <= at)) return
    first = at
    timer = offered
    subject = whose
  })
  return first === undefined ? undefined : { at: first, timer, subject }
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

function wakeRouter(turn: Turn, instance: InstanceState): void {
  const { downAt, advertAt } = instance.router
  const due = downAt ?? advertAt
  if (due === undefined || !isDue(due, turn.at)) return
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
