/** Starts the probes when they are due, and turns their results into real servers up and down. */

import { popHeap, pushHeap } from '../heap.ts'
import { desiredService, keyOf } from '../ipvs/desired.ts'
import { touchService } from '../ipvs/reconcile.ts'
import { nameOfDestination, nameOfKey } from '../ipvs/table.ts'
import { item } from '../never.ts'
import { note, type Turn } from '../state.ts'
import { after, between, type Instant, seconds } from '../units.ts'
import type { Appointment, HealthState, Target } from './state.ts'
import { isOwnFault, judge } from './verdict.ts'

/** Probes started in one turn; the rest follows in the next one. */
export const PROBES_PER_TURN = 64
// The host ends a probe at its timeout; this long after it we no longer believe in an answer.
const ANSWER_GRACE = seconds(1)
const EAGAIN = 11
const ETIMEDOUT = 110

/** Puts the first probe of every target on the agenda. */
export function beginHealth(turn: Turn): void {
  const { health } = turn.state
  for (const [index, target] of health.targets.entries()) appoint(health, index, target.dueAt)
}

/** When to do something next. */
export const healthDeadline = (health: HealthState): Instant | undefined => nextOf(health)?.at

/** Does what is due. */
export function wakeHealth(turn: Turn): void {
  const { health } = turn.state
  for (let count = 0; count < PROBES_PER_TURN; count += 1) {
    const next = nextOf(health)
    if (next === undefined || next.at > turn.at) return
    popHeap(health.agenda)
    const target = item(health.targets, next.target)
    if (target.probe === undefined) start(turn, target, next.target)
    else giveUp(turn, target, next.target)
  }
}

// Most probes are answered, and nothing is left to be done when they would have been given up.
function nextOf({ agenda, targets }: HealthState): Appointment | undefined {
  for (;;) {
    const next = agenda[0]
    if (next === undefined || item(targets, next.target).dueAt === next.at) return next
    popHeap(agenda)
  }
}

/** Takes the result of a probe; one that was given up changes nothing. */
export function onProbe(turn: Turn, probe: number, errno: number): void {
  const { health, loop } = turn.state
  const index = probe % health.targets.length
  const target = health.targets[index]
  if (target === undefined || target.probe !== probe) {
    loop.stale_answers += 1
    return
  }
  finish(turn, target, index, errno)
}

/** Puts what a target has to do next on the agenda. */
export function appoint(health: HealthState, index: number, at: Instant): void {
  item(health.targets, index).dueAt = at
  pushHeap(health.agenda, { at, seq: index, target: index })
}

function start(turn: Turn, target: Target, index: number): void {
  const { health } = turn.state
  health.probes += 1
  health.counters.started += 1
  // The target can be told from the id alone.
  const probe = health.probes * health.targets.length + index
  target.probe = probe
  target.startedAt = turn.at
  const { address, port, timeout } = target
  turn.effects.push({ kind: 'probe_start', probe, address, port, timeout })
  appoint(health, index, after(after(turn.at, timeout), ANSWER_GRACE))
}

// After a stall of our own the answer may wait unread: then there is no verdict.
function giveUp(turn: Turn, target: Target, index: number): void {
  if (target.probe !== undefined) turn.effects.push({ kind: 'probe_cancel', probe: target.probe })
  turn.state.health.counters.lost += 1
  const isOurFault = between(target.dueAt, turn.at) > ANSWER_GRACE
  finish(turn, target, index, isOurFault ? EAGAIN : ETIMEDOUT)
}

function finish(turn: Turn, target: Target, index: number, errno: number): void {
  const { health } = turn.state
  const startedAt = target.startedAt ?? turn.at
  target.probe = undefined
  target.startedAt = undefined
  const next = after(startedAt, target.interval)
  appoint(health, index, next > turn.at ? next : turn.at)
  if (isOwnFault(errno)) {
    health.counters.unknown += 1
    return
  }
  if (errno !== 0) health.counters.failed += 1
  if (judge(target, errno, turn.at)) apply(turn, target)
}

function apply(turn: Turn, target: Target): void {
  const { config, ipvs } = turn.state
  const { down } = turn.state.health
  for (const use of target.uses) {
    const service = item(config.services, use.service)
    const real = item(service.real_servers, use.real)
    const key = keyOf(service)
    const subject = `${nameOfKey(key)} ${nameOfDestination(real)}`
    if (target.verdict === 'down') down[subject] = true
    else delete down[subject]
    const isDown = (other: typeof real) =>
      down[`${nameOfKey(key)} ${nameOfDestination(other)}`] !== undefined
    ipvs.desired[nameOfKey(key)] = desiredService(service, isDown)
    sayVerdict(turn, target, service.name, nameOfDestination(real))
    touchService(turn, key)
  }
}

function sayVerdict(turn: Turn, target: Target, service: string, real: string): void {
  const check = `${target.address}:${target.port}`
  if (target.verdict === 'up') note(turn, 'info', 'real_server_up', `${service} ${real}`, { check })
  else {
    const { errno } = target
    note(turn, 'warning', 'real_server_down', `${service} ${real}`, { check, errno })
  }
}
