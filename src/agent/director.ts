/** The director: VRRP, ownership, IPVS and health as one machine over a node's config. */

import type { NodeConfig } from '../model/node-config.ts'
import { FENCING_SLOT, onFenced } from './arbiter/claims.ts'
import {
  countReports,
  isJudgementDue,
  judgeGroups,
  offerArbiterDeadlines,
} from './arbiter/judge.ts'
import { answer } from './control/command.ts'
import { beginHealth, healthDeadline, onProbe, wakeHealth } from './health/probing.ts'
import { hasOpenPath, noteLate, offerBeats, wakeHeartbeat } from './heartbeat/beat.ts'
import { offerConnectivityDeadlines, onPong, wakeConnectivity } from './heartbeat/connectivity.ts'
import { hearBytes } from './heartbeat/hear.ts'
import { judgePaths, offerPathDeadlines, onPath } from './heartbeat/paths.ts'
import {
  beginIpvs,
  followChanges,
  ipvsDeadline,
  onIpvsDone,
  onTable,
  wakeIpvs,
} from './ipvs/reconcile.ts'
import type { Life } from './life.ts'
import type { Deadline, Effect, Event, Machine } from './machine.ts'
import { never } from './never.ts'
import { newDirector } from './new-director.ts'
import { onReload } from './reload.ts'
import { forget, found, newSoonest, offer, type Soonest } from './soonest.ts'
import { type DirectorState, note, slotOf, type Turn } from './state.ts'
import { after, between, type Instant, milliseconds } from './units.ts'
import { settleVipChange, vipChangeDeadline, wakeVipChanges } from './vrrp/change-vips.ts'
import { hearNeighbour } from './vrrp/conflict.ts'
import { onSettled, reviewGroup } from './vrrp/group.ts'
import { onLink } from './vrrp/link.ts'
import { onStalled } from './vrrp/on-stall.ts'
import { onTracked } from './vrrp/on-tracked.ts'
import { areAllClosed, closeVips, settleFlip } from './vrrp/ownership.ts'
import { receive } from './vrrp/receive.ts'
import { weigh } from './vrrp/track.ts'
import { offerAdverts, offerVrrpDeadlines, wakeVrrp, yieldIfStalled } from './vrrp/wake.ts'

/** A clean stop waits no longer than this for the kernel. */
export const STOP_MAX = milliseconds(1_500)

/**
 * Starts a director. The first effects close every VIP, whatever a former life left open, and
 * read the IPVS table; the shell then reports every link.
 *
 * @param config a checked node.json
 * @param life what this start brings along: version, randomness, the hash functions
 */
export function begin(
  config: NodeConfig,
  at: Instant,
  life: Life,
): readonly [DirectorState, readonly Effect[]] {
  const state = newDirector(config, at, life)
  const turn: Turn = { at, state, effects: [] }
  for (const group of state.groups) {
    weigh(turn, group)
    if (group.standby === 'held') note(turn, 'alarm', 'started_held', group.name)
  }
  for (const instance of state.instances) closeVips(turn, instance)
  beginIpvs(turn)
  beginHealth(turn)
  return [state, turn.effects]
}

/** One event in, effects out, to be run in their order. The state is changed in place. */
export function step(
  state: DirectorState,
  event: Event,
): readonly [DirectorState, readonly Effect[]] {
  if (state.phase === 'stopped') return [state, []]
  const turn: Turn = { at: event.at, state, effects: [] }
  const isBack = noteLate(turn)
  // These two look for themselves.
  const looks = event.kind === 'wake' || event.kind === 'stalled'
  const hasYielded = !looks && yieldIfStalled(turn)
  state.loop.steppedAt = turn.at
  const judges = take(turn, event)
  const hasLoaded = state.phase === 'loading' && listenIfLoaded(turn)
  if (judges || isBack || hasYielded || hasLoaded) judgeGroups(turn)
  followChanges(turn)
  if (state.phase === 'stopping') exitIfReleased(turn)
  state.isNextKnown = false
  return [state, turn.effects]
}

/** When the director wants to be woken, and for which timer. */
export function nextDeadline(state: DirectorState): Deadline | undefined {
  const { next } = state
  if (!state.isNextKnown) offerAll(state, forget(next))
  state.isNextKnown = true
  return found(next)
}

function offerAll(state: DirectorState, first: Soonest): void {
  if (state.phase === 'stopped') return
  offer(first, state.stopAt, 'stop', 'node')
  offerVrrpDeadlines(state, first)
  offerPathDeadlines(state, first)
  offerArbiterDeadlines(state, first)
  offer(first, vipChangeDeadline(state.changing), 'vip_change', 'reload')
  state.nextToJudge = first.at
  offer(first, ipvsDeadline(state.ipvs), 'ipvs', 'table')
  offerAdverts(state, first)
  offerBeats(state, first)
  offerConnectivityDeadlines(state, first)
  offer(first, healthDeadline(state.health), 'probe', 'real servers')
}

export const director: Machine<DirectorState> = { step, nextDeadline }

// Whether the arbitration has something new to judge.
function take(turn: Turn, event: Event): boolean {
  switch (event.kind) {
    case 'wake':
      return wake(turn)
    case 'link':
      onLink(turn, event)
      break
    case 'advert':
      return onPacket(turn, event.interface, event.packet)
    case 'neighbour':
      hearNeighbour(turn, event)
      break
    case 'done':
      onDone(turn, event.ticket, event.errno)
      break
    case 'ipvs_table':
      onTable(turn, event.ticket, event.services)
      return false
    case 'probe':
      onProbe(turn, event.probe, event.errno)
      return false
    case 'heard':
      return hear(turn, event)
    case 'path':
      onPath(turn, event)
      break
    case 'pong':
      return onPong(turn, event.target, event.sequence)
    case 'command':
      onCommand(turn, event.client, event.request)
      break
    case 'tracked':
      onTracked(turn, event.group, event.index, event.down)
      break
    case 'stalled':
      onStalled(turn, event.silent)
      break
    case 'reload':
      onReload(turn, event)
      break
    case 'stop':
      stop(turn)
      break
    default:
      never(event)
  }
  return true
}

function hear(turn: Turn, event: Event & { readonly kind: 'heard' }): boolean {
  const wasStrange = turn.state.heartbeat?.peer.stranger !== undefined
  const isNews = hearBytes(turn, event) && (countReports(turn) || wasStrange)
  return judgePaths(turn) || isNews
}

function onPacket(turn: Turn, name: string, packet: Uint8Array): boolean {
  const link = turn.state.interfaces.find(other => other.name === name)
  const isNews = link !== undefined && receive(turn, link, packet)
  return isNews || !hasOpenPath(turn.state.heartbeat)
}

function onCommand(turn: Turn, client: number, request: unknown): void {
  const next = () => {
    const first = newSoonest()
    offerAll(turn.state, first)
    return found(first)
  }
  turn.effects.push({ kind: 'reply', client, answer: answer(turn, request, next) })
}

// With an open path there are beats, whose wakes see to it that nobody is left unjudged for long.
function wake(turn: Turn): boolean {
  const { loop, heartbeat } = turn.state
  const promised = nextDeadline(turn.state)
  const { nextToJudge } = turn.state
  if (promised !== undefined && promised.at <= turn.at) {
    loop.late_us_max = Math.max(loop.late_us_max, between(promised.at, turn.at))
  }
  const hasStalled = wakeVrrp(turn)
  wakeVipChanges(turn)
  wakeHeartbeat(turn)
  const isNews = wakeConnectivity(turn)
  wakeIpvs(turn)
  wakeHealth(turn)
  const isCalledFor = isNews || hasStalled || nextToJudge <= turn.at
  return isCalledFor || isJudgementDue(turn) || !hasOpenPath(heartbeat)
}

function onDone(turn: Turn, ticket: number, errno: number): void {
  const slot = slotOf(ticket)
  if (slot === FENCING_SLOT) {
    onFenced(turn, ticket, errno)
    return
  }
  if (slot === 0) {
    onIpvsDone(turn, ticket, errno)
    return
  }
  const instance = turn.state.instances[slot - 1]
  if (instance === undefined || settleVipChange(turn, ticket, errno)) return
  onSettled(turn, instance, settleFlip(turn, instance, ticket, errno))
}

// Loaded: the kernel was seen to hold every VIP closed and every service.
function listenIfLoaded(turn: Turn): boolean {
  const { state } = turn
  if (state.ipvs.loadedAt === undefined || !areAllClosed(state)) return false
  state.phase = 'listening'
  state.listeningAt = turn.at
  note(turn, 'info', 'listening', state.config.node.name)
  for (const group of state.groups) reviewGroup(turn, group)
  return true
}

function stop(turn: Turn): void {
  const { state } = turn
  if (state.phase === 'stopping') return
  state.phase = 'stopping'
  state.stopAt = after(turn.at, STOP_MAX)
  note(turn, 'info', 'stopping', state.config.node.name)
  for (const group of state.groups) reviewGroup(turn, group)
  for (const instance of state.instances) closeVips(turn, instance)
}

function exitIfReleased(turn: Turn): void {
  const { state } = turn
  const closed = areAllClosed(state)
  if (!closed && (state.stopAt === undefined || state.stopAt > turn.at)) return
  state.phase = 'stopped'
  if (!closed) note(turn, 'alarm', 'stopped_with_open_vips', state.config.node.name)
  turn.effects.push({ kind: 'exit', code: closed ? 0 : 1 })
}
