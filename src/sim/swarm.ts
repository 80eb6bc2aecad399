/**
 * Random faults that plain VRRP must survive. A storm, then everything is healed, and there must
 * be exactly one owner again.
 *
 * Left out, since two routers that do not hear each other both become active: silent cuts and one
 * way loss of every path, three adverts in a row lost, stalls without a supervisor, kernels that do
 * not close, and a preempting node whose first advert is lost or not read. What may overlap is
 * one advert and one flip, when two timers fire at the same moment.
 */

import { type Instant, instant, milliseconds } from '../agent/units.ts'
import { type Case, runCase } from './case.ts'
import type { Fault, FaultAction } from './faults.ts'
import type { PairOptions } from './pair.ts'
import { type Random, stream } from './random.ts'
import { atSecond, type Verdict } from './scenario.ts'
import type { World } from './world.ts'

export interface Schedule {
  readonly seed: number
  readonly pair: PairOptions
  readonly faults: readonly Fault[]
}

const NODES = ['lb1', 'lb2'] as const
const PATHS = ['front', 'back'] as const
const STORM_S = 100
const HEALED_S = 120
/** One advert on a wire of at most 5 ms, one flip of at most 2 ms, and the steps between. */
const OVERLAP_MAX = milliseconds(8)

/** The schedule of a seed: which pair, and what happens to it. */
export function scheduleOf(seed: number): Schedule {
  const random = stream(seed, 'schedule')
  const low = random.integer(1, 180)
  const priorities = random.chance(0.5) ? ([low + 70, low] as const) : ([low, low + 70] as const)
  const advert_interval_ms = random.pick([100, 500, 1_000])
  const failback = random.pick(['manual', 'automatic'] as const)
  const orders = stream(seed, 'orders')
  const mayTakeOver = orders.chance(0.5)
  const stalls = stream(seed, 'stalls')
  const kind = kindOf(stream(seed, 'kinds'), advert_interval_ms)
  const mayLose = failback === 'manual' && !mayTakeOver && kind.owner === undefined
  const slowed = slowdowns(random, stalls, advert_interval_ms, mayLose)
  return {
    seed,
    pair: { priorities, advert_interval_ms, failback, ...kind, ...tracked(seed).pair },
    faults: [
      ...disruptions(random),
      ...slowed,
      ...ordered(orders, mayTakeOver),
      ...kills(stream(seed, 'kills')),
      ...tracked(seed).faults,
      ...healing(),
    ],
  }
}

// What the pair speaks, and how many groups it has.
function kindOf(random: Random, interval_ms: number): PairOptions {
  const family = random.pick(['ipv4', 'ipv4', 'ipv6', 'both'] as const)
  const isOld = family === 'ipv4' && interval_ms === 1_000 && random.chance(0.3)
  return {
    family,
    version: isOld ? 2 : 3,
    checksum: random.pick(['message', 'pseudo_header'] as const),
    unicast: random.chance(0.3),
    isTwofold: random.chance(0.3),
    failback_delay_ms: random.pick([0, 0, 7_000]),
    ...(random.chance(0.1) ? { owner: random.pick(NODES) } : {}),
  }
}

/** The schedule of a seed as a case. */
export const caseOf = (seed: number): Case => ({
  ...scheduleOf(seed),
  overlap_max: OVERLAP_MAX,
  until: atSecond(HEALED_S),
  healed_at: atSecond(STORM_S),
})

/** Runs the schedule of a seed. */
export const runSeed = (seed: number, trace?: World['trace']): Verdict =>
  runCase(caseOf(seed), trace)

// Whatever these do, each node knows it: they may overlap as they like.
function disruptions(random: Random): readonly Fault[] {
  const faults: Fault[] = []
  const count = random.integer(3, 8)
  for (let index = 0; index < count; index += 1) {
    const start = anyTime(random, 1, STORM_S - 25)
    const end = instant(start + random.integer(200_000, 20_000_000))
    const [begin, finish] = disruption(random)
    faults.push({ ...begin, at: start })
    if (finish !== undefined) faults.push({ ...finish, at: end })
  }
  return faults
}

function disruption(random: Random): readonly [FaultAction, FaultAction?] {
  const node = random.pick(NODES)
  const path = random.pick(PATHS)
  const address = random.pick(['10.77.0.21', '10.77.0.22'])
  switch (random.integer(0, 6)) {
    case 0:
      return [
        { kind: 'power_off', node },
        { kind: 'power_on', node },
      ]
    case 1:
      return [
        { kind: 'stop', node },
        { kind: 'start', node },
      ]
    case 2:
      return [
        { kind: 'carrier', node, path, up: false },
        { kind: 'carrier', node, path, up: true },
      ]
    case 3:
      return [
        { kind: 'refuse', node, what: 'open', errno: 1 },
        { kind: 'refuse', node, what: 'open', errno: 0 },
      ]
    case 4:
      return [
        { kind: 'refuse', node, what: 'ipvs', errno: 12 },
        { kind: 'refuse', node, what: 'ipvs', errno: 0 },
      ]
    case 5:
      return [
        { kind: 'real_server', address, up: false },
        { kind: 'real_server', address, up: true },
      ]
    default:
      return [{ kind: 'ipvs_clear', node }]
  }
}

// These make adverts late or lose them: each has ten seconds for itself and takes at most two.
// A node that preempts or is told to take over must be heard at once: late adverts only.
function slowdowns(
  random: Random,
  stalls: Random,
  interval_ms: number,
  mayLose: boolean,
): readonly Fault[] {
  const faults: Fault[] = []
  for (let slot = 0; slot < STORM_S; slot += 10) {
    const node = random.pick(NODES)
    const path = random.pick(PATHS)
    const at = anyTime(random, slot + 1, slot + 7)
    const kind = mayLose ? random.integer(0, 3) : 2
    if (kind === 0) {
      faults.push({ kind: 'lose', node, path, count: random.integer(1, 2), at })
      // A node that says nothing now would lose its first advert when it takes over.
      faults.push({ kind: 'lose', node, path, count: 0, at: atSecond(slot + 10) })
    } else if (kind === 1) {
      const short_us = random.integer(1_000, interval_ms * 1_900)
      // Past half of Active_Down the supervisor has closed the VIPs, however long it takes.
      const stall_us = stalls.chance(0.5) ? short_us : stalls.integer(1_000, 7_000_000)
      faults.push({ kind: 'stall', node, at })
      faults.push({ kind: 'resume', node, at: instant(at + stall_us) })
    } else if (kind === 2) {
      const maximum_us = random.integer(100, 5_000)
      faults.push({
        kind: 'delay',
        path,
        minimum_us: random.integer(10, maximum_us),
        maximum_us,
        at,
      })
    }
  }
  return faults
}

// In some schedules something is tracked, with a weight or without, and cables may be loose.
function tracked(seed: number): { readonly pair: PairOptions; readonly faults: readonly Fault[] } {
  const random = stream(seed, 'tracked')
  if (random.chance(0.7)) return { pair: {}, faults: [] }
  const weight = random.pick([0, 20, 100, 250])
  const entry = { kind: 'file', subject: '/run/maintenance' } as const
  const delays = { up_delay_ms: random.integer(0, 3_000), down_delay_ms: random.integer(0, 500) }
  const pair: PairOptions = {
    track: [weight === 0 ? entry : { ...entry, weight }],
    ...(random.chance(0.5) ? { link: delays } : {}),
  }
  const faults = Array.from({ length: random.integer(1, 6) }, (): Fault => {
    const at = anyTime(random, 1, STORM_S - 10)
    return { kind: 'tracked', node: random.pick(NODES), index: 0, down: random.integer(0, 2), at }
  })
  const at = atSecond(STORM_S)
  const healed = NODES.map((node): Fault => ({ kind: 'tracked', node, index: 0, down: 0, at }))
  return { pair, faults: [...faults, ...healed] }
}

// Its supervisor closes what a killed agent had open; init starts it again.
function kills(random: Random): readonly Fault[] {
  return Array.from({ length: random.integer(0, 3) }, () => {
    const node = random.pick(NODES)
    const at = anyTime(random, 1, STORM_S - 10)
    const again = instant(at + random.integer(100_000, 9_000_000))
    return [
      { kind: 'kill' as const, node, at },
      { kind: 'start' as const, node, at: again },
    ]
  }).flat()
}

// Whatever the operator orders, and whenever: the node refuses what would make two owners.
function ordered(random: Random, mayTakeOver: boolean): readonly Fault[] {
  const names = mayTakeOver
    ? (['standby', 'join', 'takeover'] as const)
    : (['standby', 'join'] as const)
  return Array.from({ length: random.integer(0, 10) }, () => ({
    kind: 'order' as const,
    node: random.pick(NODES),
    order: random.pick(names),
    at: anyTime(random, 1, STORM_S),
  }))
}

function healing(): readonly Fault[] {
  const at = atSecond(STORM_S)
  return NODES.flatMap(node => [
    { kind: 'resume' as const, node, at },
    { kind: 'refuse' as const, node, what: 'open' as const, errno: 0, at },
    { kind: 'refuse' as const, node, what: 'ipvs' as const, errno: 0, at },
    ...PATHS.map(path => ({ kind: 'carrier' as const, node, path, up: true, at })),
    { kind: 'power_on' as const, node, at },
    { kind: 'start' as const, node, at },
    { kind: 'order' as const, node, order: 'join' as const, at },
  ])
}

const anyTime = (random: Random, from_s: number, to_s: number): Instant =>
  atSecond(from_s + random.next() * (to_s - from_s))
