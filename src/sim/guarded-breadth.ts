/**
 * What else is drawn for a pair with a heartbeat, from streams of their own: what it speaks, and
 * the rarer things that happen to it. None of them shifts what `guarded-swarm.ts` draws.
 */

import { instant } from '../agent/units.ts'
import type { Fault, FaultAction } from './faults.ts'
import type { PairOptions, PathName } from './pair.ts'
import { type Random, stream } from './random.ts'
import { atSecond } from './scenario.ts'

const NODES = ['lb1', 'lb2'] as const
const STORM_S = 90
const WIRES = ['front', 'back', 'mgmt'] as const

/** Families, versions of VRRP and of the heartbeat, groups, keys, the hook, how often is looked. */
export function drawPair(seed: number, advert_interval_ms: number): PairOptions {
  const random = stream(seed, 'guarded pair')
  const family = random.pick(['ipv4', 'ipv4', 'ipv4', 'ipv4', 'ipv6', 'both'] as const)
  const isOld = family === 'ipv4' && advert_interval_ms === 1_000 && random.chance(0.15)
  const skew = random.integer(0, 5)
  const rotation = random.chance(0.15)
  return {
    family,
    version: isOld ? 2 : 3,
    unicast: random.chance(0.15),
    isTwofold: random.chance(0.15),
    failback_delay_ms: random.pick([0, 0, 0, 7_000]),
    all_silent: random.chance(0.2) ? 'serve' : 'hold',
    fencing: random.chance(0.1),
    ...(skew > 1 ? {} : { versions: skew === 0 ? OLD_AND_NEW : NEW_AND_OLD }),
    ...(rotation ? { keys: ROTATING } : {}),
    ...(random.chance(0.05) ? { digests: ['5a', '5b'] as const } : {}),
    ping_interval_ms: random.pick([500, 1_000, 2_000, 2_000]),
    check_interval_ms: random.pick([2_000, 5_000, 10_000, 10_000, 10_000]),
  }
}

// The next major beside the present one: both speak the present one.
const OLD_AND_NEW: NonNullable<PairOptions['versions']> = [
  [1, 1],
  [1, 2],
]
const NEW_AND_OLD: NonNullable<PairOptions['versions']> = [
  [1, 2],
  [1, 1],
]
// In the midst of a rotation each sends with another key, and both know both.
const ROTATING: NonNullable<PairOptions['keys']> = [
  { ids: [1, 2], send_with: 1 },
  { ids: [1, 2], send_with: 2 },
]

/** Up to four rarer happenings; `spared` is the path that must not be hurt, if any. */
export function drawMore(seed: number, spared: PathName | undefined): readonly Fault[] {
  const random = stream(seed, 'guarded more')
  const faults: Fault[] = []
  for (let left = random.integer(0, 4); left > 0; left -= 1) {
    const start = atSecond(1 + random.next() * (STORM_S - 26))
    for (const [action, length_us] of happening(random, spared)) {
      faults.push({ ...action, at: instant(start + length_us) })
    }
  }
  return faults
}

type Happening = readonly (readonly [FaultAction, number])[]

function happening(random: Random, spared: PathName | undefined): Happening {
  const node = random.pick(NODES)
  const length = random.integer(100_000, 20_000_000)
  const wire = random.pick(WIRES.filter(name => name !== spared))
  switch (random.integer(0, 10)) {
    case 0:
      return [[{ kind: 'clock_step', node, length_s: random.integer(-7_200, 7_200) }, 0]]
    case 1:
      return [[{ kind: 'inject', node, hex: anyBytes(random) }, 0]]
    case 2:
      return NODES.flatMap((name): Happening => switchDead(name, wire, length))
    case 3:
      return foreignRouter(random)
    case 4:
      return [
        [{ kind: 'refuse', node, what: 'ipvs', errno: 12 }, 0],
        [{ kind: 'refuse', node, what: 'ipvs', errno: 0 }, length],
      ]
    case 5: {
      const address = random.pick(['10.77.0.21', '10.77.0.22'])
      return [
        [{ kind: 'real_server', address, up: false }, 0],
        [{ kind: 'real_server', address, up: true }, length],
      ]
    }
    case 6: {
      const to = node === 'lb1' ? 'lb2' : 'lb1'
      return [
        [{ kind: 'one_way', from: node, to, path: wire, broken: true }, 0],
        [{ kind: 'one_way', from: node, to, path: wire, broken: false }, length],
      ]
    }
    case 7:
      return [[{ kind: 'lose', node, path: wire, count: random.integer(1, 20) }, 0]]
    case 8:
      return [
        [{ kind: 'tap', node }, 0],
        [{ kind: 'replay', of: node }, length],
      ]
    case 9:
      return [
        [{ kind: 'delay', path: wire, minimum_us: 10, maximum_us: 200_000 }, 0],
        [{ kind: 'delay', path: wire, minimum_us: 50, maximum_us: 150 }, length],
      ]
    default:
      return spared === 'line'
        ? [[{ kind: 'order', node, order: 'standby', force: true }, 0]]
        : [
            [{ kind: 'line', from: node, loop: true }, 0],
            [{ kind: 'line', from: node, loop: false }, length],
          ]
  }
}

const switchDead = (node: string, path: string, length: number): Happening => [
  [{ kind: 'carrier', node, path, up: false }, 0],
  [{ kind: 'carrier', node, path, up: true }, length],
]

// A third router that says once a second that it is active, of any priority.
function foreignRouter(random: Random): Happening {
  const path = random.pick(['front', 'back'] as const)
  const [vrid, priority] = [path === 'front' ? 10 : 20, random.integer(1, 255)]
  return Array.from({ length: random.integer(1, 12) }, (_, index) => [
    { kind: 'foreign_advert', path, vrid, priority },
    index * 1_000_000,
  ])
}

// A console that writes, or noise of a line that floats.
function anyBytes(random: Random): string {
  const digits = Array.from({ length: 2 * random.integer(1, 120) }, () =>
    random.integer(0, 15).toString(16),
  )
  return digits.join('')
}
