/**
 * Keeps the kernel's table equal to the desired one: read, plan, apply, read again, and audit in
 * slices for as long as the director lives. The director owns every service of its network
 * namespace: one that the config does not know is removed.
 */

import type { IpvsChange, IpvsScope, IpvsService, IpvsServiceKey } from '../machine.ts'
import { withBeatBefore } from '../rhythm.ts'
import { newTicket, note, type Turn } from '../state.ts'
import { after, between, type Instant, microseconds, milliseconds, seconds } from '../units.ts'
import { AUDIT_PERIOD, auditGap, nextScope, takeAnswer } from './audit.ts'
import { planIpvs } from './plan.ts'
import type { Busy, IpvsState } from './state.ts'
import { connectionsOf, isAlike, isSameService, nameOfDestination, nameOfKey } from './table.ts'

/** A real server that nobody wants keeps its connections for no longer than this. */
export const DRAIN_MAX = seconds(60)
const KERNEL_TIMEOUT = seconds(10)
/** After the first failure; after more of them in a row later, up to the period of the audit. */
const RETRY = milliseconds(1_000)
/** errno of a request that nobody answered. */
const ETIMEDOUT = 110
/** errno of changes that were granted and did not happen. */
const EIO = 5
const ROUNDS_MAX = 3

/** Starts with a look at the whole table. */
export function beginIpvs(turn: Turn): void {
  read(turn, undefined, false)
}

/** Marks a service whose desired state has changed; `followChanges` acts on it. */
export function touchService(turn: Turn, key: IpvsServiceKey): void {
  turn.state.ipvs.dirty[nameOfKey(key)] = key
}

/** At the end of a step: lets the kernel follow what has changed, if it is free. */
export function followChanges(turn: Turn): void {
  const { ipvs } = turn.state
  if (ipvs.busy !== undefined || ipvs.actual === undefined || ipvs.failures > 0) return
  for (const _ in ipvs.dirty) {
    reconcileDirty(turn)
    return
  }
}

/** Takes the answer to a read. */
export function onTable(turn: Turn, ticket: number, services: readonly IpvsService[]): void {
  const busy = settle(turn, ticket, 'read')
  if (busy === undefined) return
  const { ipvs } = turn.state
  const inScope = takeAnswer(ipvs, busy.scope, services)
  const changes = planFor(turn, inScope)
  if (changes.length > 0) {
    if (ipvs.failures > 0 && holdsEveryService(ipvs)) ipvs.loadedAt ??= turn.at
    if (busy.auditing)
      reportRepair(
        turn,
        changes.filter(change => !isLeaving(ipvs, change)),
      )
    apply(turn, changes)
    return
  }
  ipvs.failures = 0
  ipvs.rounds = 0
  ipvs.errno = 0
  ipvs.matchedAt = turn.at
  if (busy.scope === undefined) {
    ipvs.loadedAt ??= turn.at
    ipvs.verifiedAt ??= turn.at
  }
  const gap = auditGap(ipvs)
  ipvs.nextAt = withBeatBefore(turn.state, after(turn.at, gap), microseconds(Math.floor(gap / 4)))
}

/** Takes the end of a change, or the failure of a read. */
export function onIpvsDone(turn: Turn, ticket: number, errno: number): void {
  const { busy } = turn.state.ipvs
  if (settle(turn, ticket, busy?.doing ?? 'read') === undefined || busy === undefined) return
  if (errno !== 0) {
    failed(turn, errno)
    return
  }
  // Only what is read back counts; before the first whole read that is the whole table.
  read(turn, turn.state.ipvs.verifiedAt === undefined ? undefined : busy.scope, false)
}

/** Its deadline has come: an answer is overdue, or the next look is due. */
export function wakeIpvs(turn: Turn): void {
  const { ipvs } = turn.state
  if (ipvs.busy !== undefined && ipvs.busy.dueAt <= turn.at) {
    ipvs.busy = undefined
    failed(turn, ETIMEDOUT)
  } else if (ipvs.busy === undefined && ipvs.nextAt !== undefined && ipvs.nextAt <= turn.at) {
    ipvs.nextAt = undefined
    ipvs.rounds = Math.min(ipvs.rounds, ROUNDS_MAX - 1)
    if (ipvs.failures > 0 || ipvs.actual === undefined) read(turn, undefined, false)
    else read(turn, nextScope(ipvs), true)
  }
}

function holdsEveryService({ desired, actual }: IpvsState): boolean {
  return Object.values(desired).every(wanted => {
    const held = actual?.[nameOfKey(wanted.key)]
    return held !== undefined && isSameService(wanted, held)
  })
}

function settle(turn: Turn, ticket: number, doing: Busy['doing']): Busy | undefined {
  const { ipvs, loop } = turn.state
  const { busy } = ipvs
  if (busy === undefined || busy.ticket !== ticket || busy.doing !== doing) {
    loop.stale_answers += 1
    return undefined
  }
  ipvs.busy = undefined
  return busy
}

function failed(turn: Turn, errno: number): void {
  const { ipvs } = turn.state
  ipvs.counters.failures += 1
  ipvs.failures += 1
  if (ipvs.errno !== errno) note(turn, 'alarm', 'ipvs_failed', 'ipvs', { errno })
  ipvs.errno = errno
  const wait = Math.min(RETRY * ipvs.failures, AUDIT_PERIOD)
  ipvs.nextAt = after(turn.at, microseconds(wait))
}

function read(turn: Turn, scope: IpvsScope | undefined, auditing: boolean): void {
  const { ipvs } = turn.state
  const ticket = newTicket(turn.state, 0)
  const dueAt = after(turn.at, KERNEL_TIMEOUT)
  ipvs.counters.reads += 1
  ipvs.nextAt = undefined
  ipvs.busy = { ticket, doing: 'read', scope, dueAt, auditing }
  turn.effects.push(
    scope === undefined ? { kind: 'ipvs_read', ticket } : { kind: 'ipvs_read', ticket, scope },
  )
}

function apply(turn: Turn, changes: readonly IpvsChange[]): void {
  const { ipvs } = turn.state
  // A kernel that takes every change and still reads back otherwise must not keep us busy.
  ipvs.rounds += 1
  if (ipvs.rounds > ROUNDS_MAX) {
    failed(turn, EIO)
    return
  }
  const ticket = newTicket(turn.state, 0)
  const dueAt = after(turn.at, KERNEL_TIMEOUT)
  ipvs.counters.applies += 1
  ipvs.counters.changes += changes.length
  ipvs.nextAt = undefined
  ipvs.busy = { ticket, doing: 'apply', scope: touchedBy(changes), dueAt, auditing: false }
  turn.effects.push({ kind: 'ipvs_apply', ticket, changes })
}

function reconcileDirty(turn: Turn): void {
  const { ipvs } = turn.state
  const keys = Object.values(ipvs.dirty)
  ipvs.dirty = {}
  const changes = planFor(turn, keys)
  if (changes.length > 0) apply(turn, changes)
}

function planFor(turn: Turn, keys: readonly IpvsServiceKey[]): readonly IpvsChange[] {
  const { ipvs } = turn.state
  const desired: IpvsService[] = []
  const actual: IpvsService[] = []
  for (const key of keys) {
    const name = nameOfKey(key)
    const wanted = ipvs.desired[name]
    const held = ipvs.actual?.[name]
    if (isAlike(wanted, held)) continue
    if (wanted !== undefined) desired.push(wanted)
    if (held !== undefined) actual.push(held)
  }
  return planIpvs(desired, actual, {
    mayDelete: (service, destination) => mayDelete(turn, service, destination),
  })
}

function mayDelete(
  turn: Turn,
  service: IpvsService,
  destination: IpvsService['destinations'][number],
): boolean {
  const { ipvs, health } = turn.state
  const name = `${nameOfKey(service.key)} ${nameOfDestination(destination)}`
  if (health.down[name] !== undefined || connectionsOf(destination) === 0) {
    delete ipvs.draining[name]
    return true
  }
  const since = ipvs.draining[name] ?? turn.at
  ipvs.draining[name] = since
  if (between(since, turn.at) < DRAIN_MAX) return false
  delete ipvs.draining[name]
  return true
}

function touchedBy(changes: readonly IpvsChange[]): readonly IpvsServiceKey[] {
  const keys = new Map<string, IpvsServiceKey>()
  for (const change of changes) {
    const key = 'service' in change ? change.service.key : change.key
    keys.set(nameOfKey(key), key)
  }
  return [...keys.values()]
}

// What a reload took out, and has drained.
function isLeaving({ leaving }: IpvsState, change: IpvsChange): boolean {
  if (change.kind !== 'delete_destination') return false
  return leaving[`${nameOfKey(change.key)} ${nameOfDestination(change.destination)}`] !== undefined
}

function reportRepair(turn: Turn, changes: readonly IpvsChange[]): void {
  if (changes.length === 0) return
  turn.state.ipvs.counters.repairs += changes.length
  note(turn, 'warning', 'ipvs_repaired', 'ipvs', { changes: changes.length })
}

export const ipvsDeadline = (ipvs: IpvsState): Instant | undefined =>
  ipvs.busy?.dueAt ?? ipvs.nextAt
