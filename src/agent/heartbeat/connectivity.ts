/** Connectivity groups: addresses that are pinged; any of them up is up. */

import type { NodeConfig } from '../../model/node-config.ts'
import { withBeatAfter } from '../rhythm.ts'
import { offer, type Soonest } from '../soonest.ts'
import { type DirectorState, note, type Turn } from '../state.ts'
import { after, between, type Instant, isDue, microseconds, milliseconds } from '../units.ts'

/** So many requests in a row without an answer, and a target is down. */
export const MISSED_MAX = 3

export interface ConnectivityState {
  readonly name: string
  readonly index: number
  readonly targets: readonly TargetState[]
  /** Undefined: not known yet. */
  isUp: boolean | undefined
  since: Instant
}

export interface TargetState {
  readonly target: string
  /** Undefined: neither answered nor missed often enough yet. */
  isUp: boolean | undefined
  sequence: number
  sentAt: Instant | undefined
  nextAt: Instant
  missed: number
  answeredAt: Instant | undefined
  rtt_us: number | undefined
  sent: number
  answered: number
}

/** Groups of which nothing is known yet; their first requests go out at once. */
export const newConnectivity = (config: NodeConfig, at: Instant): readonly ConnectivityState[] =>
  (config.connectivity ?? []).map(({ name, targets }, index) => ({
    name,
    index,
    isUp: undefined,
    since: at,
    targets: targets.map(target => ({
      target,
      sequence: 0,
      nextAt: at,
      missed: 0,
      sent: 0,
      answered: 0,
      isUp: undefined,
      sentAt: undefined,
      answeredAt: undefined,
      rtt_us: undefined,
    })),
  }))

/** Groups that are up, and how many are known to be up or down. */
export function reachOf(groups: readonly ConnectivityState[]): readonly [number, number] {
  let up = 0
  let known = 0
  for (const { isUp } of groups) {
    if (isUp === true) up += 1
    if (isUp !== undefined) known += 1
  }
  return [up, known]
}

/** Sends what is due and judges what was not answered. @returns whether a group changed */
export function wakeConnectivity(turn: Turn): boolean {
  let isNews = false
  for (const group of turn.state.connectivity) {
    let isAsked = false
    for (const target of group.targets) {
      if (!isDue(target.nextAt, turn.at)) continue
      ping(turn, group, target)
      isAsked = true
    }
    if (isAsked) isNews = judge(turn, group) || isNews
  }
  return isNews
}

/** An echo reply came. @returns whether a group changed */
export function onPong(turn: Turn, address: string, sequence: number): boolean {
  let isNews = false
  for (const group of turn.state.connectivity) {
    const { timeout_ms } = configOf(turn.state, group)
    for (const target of group.targets) {
      if (target.target !== address || target.sequence !== sequence) continue
      if (target.sentAt === undefined) continue
      const rtt = between(target.sentAt, turn.at)
      target.sentAt = undefined
      if (rtt > milliseconds(timeout_ms)) continue
      target.rtt_us = rtt
      target.answeredAt = turn.at
      target.answered += 1
      target.missed = 0
      target.isUp = true
    }
    isNews = judge(turn, group) || isNews
  }
  return isNews
}

/** Offers the next request of each target. */
export function offerConnectivityDeadlines({ connectivity }: DirectorState, first: Soonest): void {
  for (const group of connectivity) {
    for (const { nextAt } of group.targets) offer(first, nextAt, 'ping', group.name)
  }
}

const configOf = ({ config }: DirectorState, { index }: ConnectivityState) => {
  const found = config.connectivity?.[index]
  if (found === undefined) throw new Error(`no connectivity group ${index}`)
  return found
}

function ping(turn: Turn, group: ConnectivityState, target: TargetState): void {
  const { interval_ms, timeout_ms, interface: link } = configOf(turn.state, group)
  if (target.sentAt !== undefined) {
    target.missed += 1
    if (target.missed >= MISSED_MAX) target.isUp = false
  }
  target.sequence = (target.sequence + 1) & 0xffff
  target.sentAt = turn.at
  target.sent += 1
  // The answer to one request must not be counted as that to the next.
  const wait_us = Math.max(interval_ms, timeout_ms) * 1_000
  const wanted = after(turn.at, microseconds(wait_us))
  target.nextAt = withBeatAfter(turn.state, wanted, microseconds(Math.floor(wait_us / 4)))
  const { sequence } = target
  turn.effects.push({ kind: 'ping', interface: link, target: target.target, sequence })
}

function judge(turn: Turn, group: ConnectivityState): boolean {
  const { targets } = group
  const isUp = targets.some(target => target.isUp === true)
    ? true
    : targets.every(target => target.isUp === false)
      ? false
      : group.isUp
  if (isUp === group.isUp) return false
  const isFirst = group.isUp === undefined
  group.isUp = isUp
  group.since = turn.at
  if (isUp === false) note(turn, 'alarm', 'connectivity_lost', group.name)
  else if (!isFirst) note(turn, 'info', 'connectivity_found', group.name)
  return true
}
