/**
 * Random faults with a heartbeat. One path of each schedule is left alone, whatever becomes of the
 * others and of VRRP: there are never two owners, not for a moment. In one schedule of five no path
 * is spared and machines are put back into older states, which is beyond what any pair can decide:
 * then it must only come to one owner again after everything was healed.
 */

import { type Instant, instant, microseconds, seconds } from '../agent/units.ts'
import { type Case, runCase } from './case.ts'
import type { Fault, FaultAction } from './faults.ts'
import { drawMore, drawPair } from './guarded-breadth.ts'
import type { PairOptions, PathName } from './pair.ts'
import { type Random, stream } from './random.ts'
import { atSecond, type Verdict } from './scenario.ts'
import type { World } from './world.ts'

export interface GuardedSchedule {
  readonly seed: number
  readonly pair: PairOptions
  /** The path that is left alone; undefined: none. */
  readonly spared: PathName | undefined
  readonly faults: readonly Fault[]
}

const NODES = ['lb1', 'lb2'] as const
const PATHS = ['line', 'back', 'mgmt'] as const
const WIRES = ['front', 'back', 'mgmt'] as const
const STORM_S = 90
const HEALED_S = 120
const TARGET = '192.0.2.1'
// As in the field: mostly slow, seldom the fastest, which costs as much as many slow ones.
const ADVERT_INTERVALS_MS = [100, ...times(2, 500), ...times(25, 1_000)]
const BEAT_INTERVALS_MS = [250, ...times(4, 500), ...times(15, 1_000)]

const HEALING = healing()

/** The schedule of a seed: which pair, and what happens to it. */
export function guardedScheduleOf(seed: number): GuardedSchedule {
  const random = stream(seed, 'guarded')
  const low = random.integer(1, 180)
  const spared = random.chance(0.8) ? random.pick(PATHS) : undefined
  const own: PairOptions = {
    paths: somePaths(random, spared),
    targets: random.chance(0.5) ? [TARGET] : undefined,
    priorities: random.pick([
      [low + 70, low],
      [low, low + 70],
      [low, low],
    ] as const),
    advert_interval_ms: random.pick(ADVERT_INTERVALS_MS),
    failback: random.pick(['manual', 'automatic'] as const),
    interval_ms: random.pick(BEAT_INTERVALS_MS),
    dead_ms: random.pick([1_000, 2_000]),
    baud: random.pick([115_200, 115_200, 38_400]),
  }
  const pair = { ...own, ...drawPair(seed, own.advert_interval_ms ?? 1_000) }
  const faults = [...storm(random, spared), ...drawMore(seed, spared), ...HEALING]
  return { seed, pair, spared, faults }
}

// One path is enough to spare, or to lose.
function somePaths(random: Random, spared: PathName | undefined): readonly PathName[] {
  const some = PATHS.filter(path => path === spared || random.chance(0.4))
  return some.length === 0 ? [random.pick(PATHS)] : some
}

/** The schedule of a seed as a case. */
export function guardedCaseOf(seed: number): Case {
  const { pair, faults, spared } = guardedScheduleOf(seed)
  const overlap_max = spared === undefined ? seconds(1_000) : microseconds(0)
  const [until, healed_at] = [atSecond(HEALED_S), atSecond(STORM_S)]
  return { seed, pair, faults, overlap_max, until, healed_at }
}

/** Runs the schedule of a seed. */
export const runGuardedSeed = (seed: number, trace?: World['trace']): Verdict =>
  runCase(guardedCaseOf(seed), trace)

function storm(random: Random, spared: PathName | undefined): readonly Fault[] {
  const faults: Fault[] = []
  for (let left = random.integer(3, 10); left > 0; left -= 1) {
    const start = anyTime(random, 1, STORM_S - 25)
    const [begin, end] = disruption(random, spared)
    faults.push({ ...begin, at: start })
    const length = random.integer(100_000, 20_000_000)
    if (end !== undefined) faults.push({ ...end, at: instant(start + length) })
  }
  for (let left = random.integer(0, 6); left > 0; left -= 1) {
    const order = random.pick(['standby', 'join', 'takeover', 'hold'] as const)
    faults.push({ kind: 'order', node: random.pick(NODES), order, at: anyTime(random, 1, STORM_S) })
  }
  return faults
}

type Disruption = readonly [FaultAction, FaultAction?]

function disruption(random: Random, spared: PathName | undefined): Disruption {
  const node = random.pick(NODES)
  const wire = random.pick(WIRES.filter(name => name !== spared))
  switch (random.integer(0, 15)) {
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
      return [{ kind: 'kill', node }]
    case 3:
      return [
        { kind: 'carrier', node, path: wire, up: false },
        { kind: 'carrier', node, path: wire, up: true },
      ]
    case 4:
      return [
        { kind: 'refuse', node, what: 'open', errno: 1 },
        { kind: 'refuse', node, what: 'open', errno: 0 },
      ]
    case 5:
      return [
        { kind: 'stall', node },
        { kind: 'resume', node },
      ]
    case 6:
    case 7:
      return [
        { kind: 'blocked', path: random.pick(['front', 'back']), cargo: 'frame', blocked: true },
        { kind: 'blocked', path: random.pick(['front', 'back']), cargo: 'frame', blocked: false },
      ]
    case 8:
      return [
        { kind: 'blocked', path: wire, cargo: 'datagram', blocked: true },
        { kind: 'blocked', path: wire, cargo: 'datagram', blocked: false },
      ]
    case 9:
      return [
        { kind: 'disturb', path: wire, ...chances(random) },
        { kind: 'disturb', path: wire, lose: 0, duplicate: 0, corrupt: 0 },
      ]
    case 10:
      return [
        { kind: 'broken', node, path: wire, way: random.pick(['tx', 'rx']), broken: true },
        { kind: 'broken', node, path: wire, way: 'tx', broken: false },
      ]
    case 11:
      return [
        { kind: 'target', node, address: TARGET, up: false },
        { kind: 'target', node, address: TARGET, up: true },
      ]
    case 12:
      return [
        { kind: 'delay', path: wire, minimum_us: random.integer(10, 500), maximum_us: 5_000 },
        { kind: 'delay', path: wire, minimum_us: 50, maximum_us: 150 },
      ]
    case 13:
      return spared === undefined ? restoring(node) : [{ kind: 'ipvs_clear', node }]
    default:
      return spared === 'line' ? [{ kind: 'ipvs_clear', node }] : hurtLine(random, node)
  }
}

const restoring = (node: string): Disruption => [
  { kind: 'snapshot', node },
  { kind: 'restore', node },
]

const chances = (random: Random) => ({
  lose: random.pick([0, 0.1, 0.5]),
  duplicate: random.pick([0, 0.1]),
  corrupt: random.pick([0, 0.05]),
})

function hurtLine(random: Random, from: string): Disruption {
  const well = { cut: false, noise: 0, overrun: 0, speed: false }
  const ill = random.pick([
    { cut: true },
    { noise: 0.001 },
    { noise: 0.02 },
    { overrun: 0.3 },
    { speed: true },
  ])
  if (random.chance(0.2)) {
    return [
      { kind: 'adapter', node: from, plugged: false },
      { kind: 'adapter', node: from, plugged: true },
    ]
  }
  return [
    { kind: 'line', from, ...ill },
    { kind: 'line', from, ...well },
  ]
}

function healing(): readonly Fault[] {
  const at = atSecond(STORM_S)
  const wires = WIRES.flatMap(path => [
    { kind: 'disturb' as const, path, lose: 0, duplicate: 0, corrupt: 0, at },
    { kind: 'blocked' as const, path, cargo: 'frame' as const, blocked: false, at },
    { kind: 'blocked' as const, path, cargo: 'datagram' as const, blocked: false, at },
    { kind: 'delay' as const, path, minimum_us: 50, maximum_us: 150, at },
    { kind: 'one_way' as const, from: 'lb1', to: 'lb2', path, broken: false, at },
    { kind: 'one_way' as const, from: 'lb2', to: 'lb1', path, broken: false, at },
  ])
  return [...wires, ...NODES.flatMap(node => healed(node, at))]
}

function healed(node: string, at: Instant): readonly Fault[] {
  return [
    { kind: 'resume', node, at },
    { kind: 'refuse', node, what: 'open', errno: 0, at },
    { kind: 'refuse', node, what: 'ipvs', errno: 0, at },
    { kind: 'line', from: node, cut: false, noise: 0, overrun: 0, speed: false, loop: false, at },
    { kind: 'adapter', node, plugged: true, at },
    { kind: 'target', node, address: TARGET, up: true, at },
    ...WIRES.flatMap((path): readonly Fault[] => [
      { kind: 'carrier', node, path, up: true, at },
      { kind: 'broken', node, path, way: 'tx', broken: false, at },
      { kind: 'broken', node, path, way: 'rx', broken: false, at },
    ]),
    { kind: 'power_on', node, at },
    { kind: 'start', node, at },
    { kind: 'order', node, order: 'join', at: instant(at + 1_000_000) },
  ]
}

function times(count: number, element: number): readonly number[] {
  return Array.from({ length: count }, () => element)
}

const anyTime = (random: Random, from_s: number, to_s: number): Instant =>
  atSecond(from_s + random.next() * (to_s - from_s))
