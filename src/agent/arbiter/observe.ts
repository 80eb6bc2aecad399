/** Collects the view of a group, and what is remembered of the peer's reports. */

import { isLongAway } from '../heartbeat/beat.ts'
import { reachOf } from '../heartbeat/connectivity.ts'
import { isAnyAlive } from '../heartbeat/paths.ts'
import type { HeartbeatState } from '../heartbeat/state.ts'
import { item } from '../never.ts'
import { CLOSING_MAX, silenceMax } from '../silence.ts'
import type { DirectorState, Turn } from '../state.ts'
import {
  after,
  between,
  type Duration,
  type Instant,
  isDue,
  microseconds,
  milliseconds,
} from '../units.ts'
import { isOfPeer } from '../vrrp/of-peer.ts'
import { countsAsActive } from '../vrrp/peers.ts'
import { isAnswered, isAsking } from '../vrrp/probe.ts'
import type { GroupState, InstanceState } from '../vrrp/state.ts'
import { isAbove } from '../wire/address.ts'
import { AGE_MAX, decodeAge, type GroupReport, type NodeReport } from '../wire/heartbeat-body.ts'
import { type GroupArbiter, REPORTS_MIN } from './state.ts'
import { isGranted, peerClaim } from './terms.ts'
import type { View } from './view.ts'

/** Whether any path hears the peer now, and it has said how it is. */
export const isPeerAlive = ({ heartbeat }: DirectorState): boolean =>
  heartbeat?.peer.report !== undefined && isAnyAlive(heartbeat)

/** What the peer last said of a group; undefined: nothing. */
export function reportOf({ heartbeat }: DirectorState, group: number): GroupReport | undefined {
  const groups = heartbeat?.peer.report?.groups
  if (groups === undefined) return undefined
  for (const report of groups) if (report.index === group) return report
  return undefined
}

/** Whether the peer could take over now; in its startup hold it says that it will be able to. */
export const canTakeNow = (report: GroupReport | undefined): boolean =>
  report?.role !== 'initialize' && (report?.canTake ?? false)

/** Everything that the rules look at. One literal: it is made after nearly every event. */
export function viewOf(turn: Turn, group: GroupState, arbiter: GroupArbiter): View {
  const { state, at } = turn
  const { heartbeat } = state
  const report = reportOf(state, group.index)
  const node = heartbeat?.peer.report?.node
  const [own, known] = reachOf(state.connectivity)
  const heard = heardBy(turn, group)
  return {
    role: group.role,
    isHeld: group.standby === 'held',
    isOffering: isRunning(arbiter.offerUntil, at),
    isWanted: isRunning(arbiter.wantedUntil, at),
    isAutomatic: heard.arePreempting,
    isAlive: report !== undefined && isPeerAlive(state),
    peerRole: report?.role ?? 'initialize',
    isPeerClosed: report?.isClosed ?? false,
    canPeerTake: canTakeNow(report),
    isPeerHolding: report?.role === 'initialize' && report.canTake,
    isPeerStopping: node?.isStopping ?? false,
    isPeerOffering: report?.offers ?? false,
    isSameConfig: node === undefined || node.digest === heartbeat?.identity.digest,
    outranks: outranks(state, firstOf(state, group), report),
    isPeerDeaf: arbiter.deafReports >= REPORTS_MIN,
    isLate: isLate(state, at),
    isJustBack: isJustBack(state, at),
    isCold: arbiter.cold,
    isClaiming: arbiter.claim !== undefined,
    isGranted: isGranted(arbiter, report, at),
    hasGranted: arbiter.granting,
    peerClaim: peerClaim(arbiter, report, at),
    isSilent: heard.isSilent,
    isOtherHeard: heard.isOther,
    isLowerHeard: heard.isSilent && heard.isAny,
    mayPeerServe: arbiter.servesUntil !== undefined,
    isAsking: heard.isSilent && areAsking(turn, group),
    isAnswered: heard.isSilent && isAnyAnswered(turn, group, arbiter),
    stranger: strangerOf(state, arbiter, at),
    reachesMore: arbiter.betterReports >= REPORTS_MIN,
    reachesLess: own < (node?.reach ?? 0),
    peerReachesLess: isBehind(node, own),
    isCutOff: known > 0 && own === 0,
    mayServeCutOff: state.config.arbitration?.all_silent === 'serve',
    fencing: fencingOf(state, arbiter),
  }
}

/** Whether the peer, which knows of some connectivity groups, reaches fewer than this node. */
export const isBehind = (node: NodeReport | undefined, own: number): boolean =>
  node !== undefined && node.reach < own && node.reach_of > 0

const firstOf = (state: DirectorState, group: GroupState) =>
  item(state.instances, item(group.members, 0))

/** So long the loop counts as late, if it was late by more than an interval. */
export const lateUntil = ({ late, interval }: HeartbeatState): Instant | undefined =>
  late.length > interval ? late.until : undefined

// What is read before the timer is looked at shows by the frames that are overdue.
function isLate({ heartbeat }: DirectorState, at: Instant): boolean {
  if (heartbeat === undefined) return false
  const { interval, paths } = heartbeat
  if (isRunning(lateUntil(heartbeat), at)) return true
  for (const { open, nextAt } of paths) if (open && between(nextAt, at) > interval) return true
  return false
}

/** After a stall, for two intervals: in them a peer that lives is heard again. */
export const backUntil = ({ backAt, interval }: HeartbeatState): Instant | undefined =>
  backAt === undefined ? undefined : after(backAt, (2 * interval) as Duration)

function isJustBack({ heartbeat }: DirectorState, at: Instant): boolean {
  if (heartbeat === undefined) return false
  if (isRunning(backUntil(heartbeat), at)) return true
  for (const { open, nextAt } of heartbeat.paths) {
    if (open && isLongAway(heartbeat, between(nextAt, at))) return true
  }
  return false
}

const isRunning = (until: Instant | undefined, at: Instant) =>
  until !== undefined && !isDue(until, at)

/**
 * Until then a peer that was stalled after its last frame may still serve: its next one can have
 * been due an interval later, and its supervisor closes the VIPs `silenceMax` after that.
 *
 * @returns undefined: it was never heard
 */
export function peerServesUntil({ heartbeat, config }: DirectorState): Instant | undefined {
  let last: Instant | undefined
  for (const { lastAt, interval } of heartbeat?.paths ?? []) {
    const next = lastAt === undefined ? undefined : after(lastAt, interval)
    if (next !== undefined && (last === undefined || next > last)) last = next
  }
  const closing = microseconds(silenceMax(config) + CLOSING_MAX)
  return last === undefined ? undefined : after(last, closing)
}

// The order of VRRP: priority, then the higher address; where that is not known, the lower id.
function outranks(
  { config }: DirectorState,
  first: InstanceState,
  report: GroupReport | undefined,
): boolean {
  const { priority, address } = first.router
  if (report === undefined || report.priority !== priority) {
    return priority > (report?.priority ?? 0)
  }
  if (first.peer !== undefined) return isAbove(address, first.peer)
  return config.node.id < (config.heartbeat?.peer.id ?? 0)
}

const isLost = (age: number, limit_us: number) =>
  age === AGE_MAX || decodeAge(age) * 1_000 >= limit_us

/** Whether the peer says that it hears neither our frames nor our adverts. */
export function isPeerDeaf(state: DirectorState, group: GroupState): boolean {
  const { heartbeat } = state
  const report = heartbeat?.peer.report
  const advert_age = reportOf(state, group.index)?.advert_age
  if (heartbeat === undefined || report === undefined || advert_age === undefined) return false
  for (let at = 0; at < report.paths.length; at += 1) {
    if (!isLost(item(report.paths, at).age, heartbeat.paths[at]?.dead ?? 0)) return false
  }
  let interval = 0
  for (const index of group.members) {
    interval = Math.max(interval, item(state.instances, index).router.own_interval)
  }
  return isLost(advert_age, 2 * interval)
}

function areAsking({ state, at }: Turn, group: GroupState): boolean {
  for (const index of group.members) if (!isAsking(item(state.instances, index), at)) return false
  return true
}

// Where any MAC address can be the peer's, a stranger cannot hold us longer than elsewhere.
function isAnyAnswered({ state, at }: Turn, group: GroupState, arbiter: GroupArbiter): boolean {
  for (const index of group.members) {
    const member = item(state.instances, index)
    const isOld = member.onOwnMac && arbiter.heldUntil === undefined
    if (!isOld && isAnswered(member, at)) return true
  }
  return false
}

// What VRRP says to all members together.
function heardBy({ state, at }: Turn, group: GroupState) {
  const heard = { arePreempting: true, isSilent: true, isOther: false, isAny: false }
  for (const index of group.members) {
    const member = item(state.instances, index)
    if (!member.router.preempt) heard.arePreempting = false
    if (member.router.downAt !== undefined) heard.isSilent = false
    for (const peer of member.peers) {
      if (!countsAsActive(member, peer, at)) continue
      heard.isAny = true
      if (!isOfPeer(member, peer.address)) heard.isOther = true
    }
  }
  return heard
}

/** How long what an unverified frame said counts. */
export const recentStranger = ({ paths }: HeartbeatState): Duration =>
  microseconds(Math.max(...paths.map(({ dead }) => dead)))

function strangerOf(state: DirectorState, arbiter: GroupArbiter, at: Instant): View['stranger'] {
  const { heartbeat, config } = state
  const stranger = heartbeat?.peer.stranger
  const rule = config.heartbeat?.stranger
  if (heartbeat === undefined || stranger === undefined || rule?.action !== 'hold') return 'none'
  const recent = recentStranger(heartbeat)
  const isOver =
    arbiter.silentAt !== undefined &&
    isDue(after(arbiter.silentAt, milliseconds(rule.hold_ms_max)), at)
  if (isOver) return 'none'
  if (stranger.activeAt !== undefined && between(stranger.activeAt, at) < recent) return 'active'
  return between(stranger.at, at) < recent ? 'present' : 'none'
}

function fencingOf({ config }: DirectorState, { fencing }: GroupArbiter): View['fencing'] {
  if (config.arbitration?.fencing === undefined) return 'none'
  return fencing?.state ?? 'needed'
}
