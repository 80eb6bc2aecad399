/** Instances that move together: ready together, active together, released together. */

import { item } from '../never.ts'
import { type DirectorState, note, type Turn } from '../state.ts'
import { after, between, type Duration, type Instant, microseconds, seconds } from '../units.ts'
import { startAnnouncing } from './announce.ts'
import { reviewFailback } from './failback.ts'
import { record, sayActive } from './history.ts'
import { asActive, asBackup, asInitialize, asYielded, onStartup } from './on-startup.ts'
import { closeVips, openVips, type Settled } from './ownership.ts'
import { applyRules, type Role } from './router.ts'
import { sendAdvert, sendRelease } from './send.ts'
import { sourceOf } from './source.ts'
import type { Cause, GroupState, InstanceState } from './state.ts'
import { whyTracked } from './track.ts'

export type { Cause }

/** After the kernel refused to open a VIP, the group tries no sooner than this. */
export const FAULT_RETRY = seconds(5)

/** Members that open within this part of an interval share one rhythm. */
const BEAT_PART = 0.1

export const membersOf = (turn: Turn, group: GroupState): readonly InstanceState[] =>
  group.members.map(index => item(turn.state.instances, index))

/** Looks again whether the group may serve, and starts or stops it accordingly. */
export function reviewGroup(turn: Turn, group: GroupState): void {
  const cause = whyBlocked(turn, group)
  group.blocked = cause?.reason
  if (cause !== undefined) {
    group.holdAt = undefined
    if (group.role !== 'initialize') releaseGroup(turn, group, cause)
    return
  }
  if (group.role === 'initialize' && group.holdAt === undefined) startHold(turn, group)
}

/** The startup hold is over: Startup of RFC 9568 6.4.1 for each member. */
export function startGroup(turn: Turn, group: GroupState): void {
  group.holdAt = undefined
  moveGroup(turn, group, 'backup', { reason: 'startup_complete', facts: {} })
  let takes = false
  for (const instance of membersOf(turn, group)) {
    const { moves } = applyRules(onStartup, instance.router, undefined, turn.at)
    takes ||= moves.includes('take')
  }
  if (!takes) return
  if (group.standby === undefined) {
    takeGroup(turn, group, { reason: 'address_owner', facts: {} })
    return
  }
  for (const instance of membersOf(turn, group)) {
    instance.router = asBackup(instance.router, turn.at)
  }
}

/** Every member becomes active and asks the kernel for its VIPs. */
export function takeGroup(turn: Turn, group: GroupState, cause: Cause): void {
  moveGroup(turn, group, 'active', cause)
  group.isTakeover = cause.reason === 'operator_takeover'
  for (const instance of membersOf(turn, group)) {
    Object.assign(instance.router, asActive(instance.router))
    instance.releasedBy = undefined
    instance.silentAt = undefined
    instance.following = undefined
    instance.owesRelease = false
    openVips(turn, instance)
  }
}

/**
 * Every member becomes backup: one heard a better router, or our loop was stalled. No priority 0
 * is sent: on the other interfaces it would call others to a take-over that they cannot win.
 */
export function yieldGroup(turn: Turn, group: GroupState, cause: Cause): void {
  leaveActive(turn, group, cause, false)
}

/** Shutdown and Startup in one: closed first, then priority 0; every member is backup at once. */
export function standDown(turn: Turn, group: GroupState, cause: Cause): void {
  leaveActive(turn, group, cause, true)
}

function leaveActive(turn: Turn, group: GroupState, cause: Cause, owesRelease: boolean): void {
  moveGroup(turn, group, 'backup', cause)
  for (const instance of membersOf(turn, group)) {
    Object.assign(instance.router, asYielded(instance.router, turn.at))
    instance.owesRelease = owesRelease
    closeVips(turn, instance)
  }
}

/** Shutdown of RFC 9568 6.4 for each member: closed first, then priority 0. */
export function releaseGroup(turn: Turn, group: GroupState, cause: Cause): void {
  const wasActive = group.role === 'active'
  moveGroup(turn, group, 'initialize', cause)
  group.holdAt = undefined
  for (const instance of membersOf(turn, group)) {
    Object.assign(instance.router, asInitialize(instance.router))
    instance.silentAt = undefined
    instance.following = undefined
    // Standby may still owe one although the group is backup.
    instance.owesRelease ||= wasActive
    closeVips(turn, instance)
  }
}

/** What follows from the kernel's answer to a flip. */
export function onSettled(turn: Turn, instance: InstanceState, settled: Settled): void {
  const group = item(turn.state.groups, instance.group)
  if (settled === 'opened') {
    const { own_interval } = instance.router
    Object.assign(instance.router, {
      advertAt: after(beat(turn, group, own_interval), own_interval),
    })
    sendAdvert(turn, instance)
    sayActive(turn, instance)
    startAnnouncing(turn, instance)
  } else if (settled === 'open_failed') {
    const { errno } = instance.vips
    note(turn, 'alarm', 'open_failed', instance.name, { errno })
    group.faultUntil = after(turn.at, FAULT_RETRY)
    releaseGroup(turn, group, { reason: 'open_failed', facts: { instance: instance.name, errno } })
  } else if (settled === 'closed' && instance.owesRelease) {
    sendRelease(turn, instance)
    if (instance.router.role === 'backup') listenAnew(turn, instance)
  }
}

// Members that open within a moment advertise at the same time: one wake serves them all.
function beat(turn: Turn, group: GroupState, interval: Duration): Instant {
  const { openedAt } = group
  if (openedAt === undefined || between(openedAt, turn.at) > BEAT_PART * interval)
    group.openedAt = turn.at
  return group.openedAt ?? turn.at
}

/** A whole Active_Down_Interval from then on; until it ends nobody takes over on this member. */
export function listenAnew(turn: Turn, instance: InstanceState, from: Instant = turn.at): void {
  instance.silentAt = undefined
  Object.assign(instance.router, asYielded({ ...instance.router, downAt: undefined }, from))
}

/**
 * A member heard the active router give up. It gives up the whole group, so the members that follow
 * the same router stop waiting for it as well. Its address differs on each interface; a router with
 * another priority is another one.
 */
export function hastenGroup(turn: Turn, group: GroupState, hearer: InstanceState): void {
  const until = hearer.router.downAt
  if (until === undefined) return
  for (const instance of membersOf(turn, group)) {
    const { downAt } = instance.router
    if (downAt === undefined || downAt <= until) continue
    if (instance.following?.priority !== hearer.following?.priority) continue
    Object.assign(instance.router, { downAt: until })
    instance.releasedBy = hearer.releasedBy
  }
}

function startHold(turn: Turn, group: GroupState): void {
  let from = turn.state.listeningAt ?? turn.at
  for (const instance of membersOf(turn, group)) {
    const { since } = item(turn.state.interfaces, instance.interface)
    if (since > from) from = since
  }
  // 6.4.1: the owner of the addresses takes them at once; there is nobody to listen for.
  const isOwner = membersOf(turn, group).some(({ router }) => router.priority === 255)
  group.holdAt = isOwner ? from : after(from, startupHold(turn.state))
}

/** How long a group listens before it takes part. */
export function startupHold({ config, heartbeat }: DirectorState): Duration {
  // With a heartbeat every path must have been heard, or silent for twice its dead time.
  const dead = Math.max(0, ...(heartbeat?.paths ?? []).map(path => path.dead))
  return microseconds(Math.max(config.vrrp.startup_hold_ms * 1_000, 2 * dead))
}

function whyBlocked(turn: Turn, group: GroupState): Cause | undefined {
  const { state } = turn
  if (state.phase === 'stopping' || state.phase === 'stopped') {
    return { reason: 'stopping', facts: {} }
  }
  for (const instance of membersOf(turn, group)) {
    const link = item(state.interfaces, instance.interface)
    const facts = { interface: link.name }
    if (link.up !== true && group.spared && !isFront(turn, instance)) continue
    if (link.up !== true) return { reason: 'link_down', facts }
    if (sourceOf(link, instance.family) === undefined) return { reason: 'address_missing', facts }
  }
  if (group.faultUntil !== undefined) return { reason: 'open_failed', facts: {} }
  const tracked = whyTracked(group)
  if (tracked !== undefined) return tracked
  if (state.phase === 'loading') return { reason: 'loading', facts: {} }
  return undefined
}

const isFront = ({ state }: Turn, { interface: index }: InstanceState) =>
  item(state.config.interfaces, index).role === 'front'

function moveGroup(turn: Turn, group: GroupState, to: Role, cause: Cause): void {
  const from = group.role
  group.role = to
  reviewFailback(turn, group)
  if (from === to) return
  for (const instance of membersOf(turn, group)) record(turn, instance, from, to, cause)
}
