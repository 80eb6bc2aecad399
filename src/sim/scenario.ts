/** A written case: who owns the VIPs, and when, whatever was done to the pair. */

import type { Reason } from '../agent/reasons.ts'
import { type Duration, type Instant, instant, microseconds, seconds } from '../agent/units.ts'
import type { Checker } from './checker.ts'
import { advertOnTime } from './checkers/advert-on-time.ts'
import { oneOwner } from './checkers/one-owner.ts'
import { newSayings } from './checkers/sayings.ts'
import { steady } from './checkers/steady.ts'
import { verified } from './checkers/verified.ts'
import { withReason } from './checkers/with-reason.ts'
import type { Fault } from './faults.ts'
import { type HostLimits, newHost } from './host.ts'
import type { NodeOptions } from './node.ts'
import { type PairOptions, pairConfigs } from './pair.ts'
import { newWorld, ownersOf, planFaults, runUntil, type World, type WorldOptions } from './world.ts'

export interface Scenario {
  /** In the matrix of expected failures, which numbers them. */
  readonly row: number
  readonly title: string
  readonly pair?: PairOptions
  /** Nodes that are off at the start. */
  readonly off?: readonly string[]
  /** More of what differs between the nodes than `pair` says. */
  readonly nodes?: readonly NodeOptions[]
  readonly faults: readonly Fault[]
  /** Who must own every VIP at a time, or those of each instance; undefined: nobody. */
  readonly expect: readonly { readonly at: Instant; readonly owner: Owner }[]
  /** How long two owners may overlap; only for the exceptions that the manual lists. */
  readonly overlap_max?: Duration
  /** What a node must have said by the end, `lb2 path_lost line`, and what it must not. */
  readonly says?: readonly string[]
  readonly neverSays?: readonly string[]
  /** Somebody on the front interface who learns from announcements, and what holds them up. */
  readonly host?: HostLimits
  /** More to look at, at the end: what is wrong, or undefined. */
  readonly check?: (world: World) => string | undefined
}

export type Owner = string | undefined | Readonly<Record<string, string | undefined>>

export type Verdict =
  | { readonly kind: 'held'; readonly events: number }
  | {
      readonly kind: 'unsafe' | 'stuck'
      readonly id: string
      readonly at: Instant
      readonly why: string
    }

/** The time `length_s` seconds after the world began, which is at 1 s. */
export const atSecond = (length_s: number): Instant =>
  instant(seconds(1) + Math.round(length_s * 1_000_000))

/** Runs a scenario to its last expectation. The seed only moves delays on the wires. */
export function runScenario(scenario: Scenario, seed: number, trace?: World['trace']): Verdict {
  const options = {
    ...{ seed, configs: pairConfigs(scenario.pair), off: scenario.off ?? [], trace },
    nodes: nodeOptions(scenario.pair).map((each, index) => ({
      ...each,
      ...scenario.nodes?.[index],
    })),
  }
  const sayings = newSayings()
  const world = newCheckedWorld(options, scenario.overlap_max ?? microseconds(0), [sayings])
  if (scenario.host !== undefined) world.host = newHost(world, 'front', scenario.host)
  planFaults(world, scenario.faults)
  for (const { at, owner } of scenario.expect) {
    runUntil(world, at)
    const unsafe = firstViolation(world)
    if (unsafe !== undefined) return unsafe
    const stuck = wrongOwner(world, owner)
    if (stuck !== undefined) return { kind: 'stuck', id: 'I2', at, why: stuck }
  }
  const why = scenario.check?.(world) ?? sayings.wrong(scenario.says, scenario.neverSays)
  if (why !== undefined) return { kind: 'stuck', id: 'check', at: world.queue.now(), why }
  return { kind: 'held', events: world.events }
}

/** What the options of a pair say of its nodes beside their configs. */
export const nodeOptions = ({
  versions,
  isAudited,
  untracked,
}: PairOptions = {}): readonly NodeOptions[] =>
  [0, 1].map(index => ({
    ...(versions === undefined ? {} : { versions: versions[index] ?? versions[0] }),
    ...(isAudited === undefined ? {} : { isAudited }),
    ...(untracked === `lb${index + 1}` ? { isUntracked: true } : {}),
  }))

/** A world with every checker that plain VRRP can be held to. */
export const newCheckedWorld = (
  options: Omit<WorldOptions, 'checkers'>,
  overlap_max: Duration,
  more: readonly Checker[] = [],
): World =>
  newWorld({
    ...options,
    checkers: [oneOwner(overlap_max), withReason, verified, advertOnTime(), steady(), ...more],
  })

/** What a checker has found first. */
export function firstViolation(world: World): Verdict | undefined {
  const [violation] = world.violations
  return violation === undefined ? undefined : { kind: 'unsafe', ...violation }
}

function wrongOwner(world: World, owner: Owner): string | undefined {
  for (const { name } of world.nodes[0]?.config.vrrp.instances ?? []) {
    const expected = typeof owner === 'object' ? owner[name] : owner
    const owners = ownersOf(world, name).map(node => node.name)
    const shown = owners.join(' and ') || 'nobody'
    if (shown !== (expected ?? 'nobody')) {
      return `${name} belongs to ${shown}, expected ${expected ?? 'nobody'}`
    }
  }
  return undefined
}

/** A check: the arbitration gives this reason for how the first group of a node is. */
export const explains = (name: string, reason: Reason) => (world: World) => {
  const node = world.nodes.find(other => other.name === name)
  const given = node?.state?.arbiter.groups[0]?.ruling.reason
  return given === reason ? undefined : `${name} says ${given}, expected ${reason}`
}
