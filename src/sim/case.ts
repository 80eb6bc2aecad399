/** A run as plain data: a pair, what happens to it, and what must hold. */

import { type Duration, type Instant, microseconds } from '../agent/units.ts'
import { ownedAgain } from './checkers/owned-again.ts'
import type { Fault } from './faults.ts'
import type { NodeOptions } from './node.ts'
import { type PairOptions, pairConfigs } from './pair.ts'
import { stream } from './random.ts'
import { firstViolation, newCheckedWorld, nodeOptions, type Verdict } from './scenario.ts'
import { ownersOf, planFaults, runUntil, type World } from './world.ts'

export interface Case {
  /** Moves delays, on the wires and in the kernels. */
  readonly seed: number
  readonly pair: PairOptions
  readonly faults: readonly Fault[]
  /** How long two owners may overlap. */
  readonly overlap_max: Duration
  readonly until: Instant
  /** From here on everything is healed, and at the end there must be one owner; absent: neither. */
  readonly healed_at?: Instant
}

/** Runs a case to its end. */
export function runCase(
  given: Case,
  trace?: World['trace'],
  nodes: readonly NodeOptions[] = nodeOptions(given.pair),
): Verdict {
  const { seed, pair, faults, overlap_max, until, healed_at } = given
  const options = { seed, configs: pairConfigs(pair), trace, nodes }
  const more = healed_at === undefined ? [] : [ownedAgain(healed_at)]
  const world = newCheckedWorld(options, overlap_max, more)
  const kernels = stream(seed, 'kernels')
  for (const node of world.nodes) {
    node.kernel.flip_delay = microseconds(kernels.integer(20, 2_000))
    node.kernel.ipvs_delay = microseconds(kernels.integer(100, 20_000))
  }
  planFaults(world, faults)
  runUntil(world, until)
  const held = { kind: 'held', events: world.events } as const
  return firstViolation(world) ?? (healed_at === undefined ? held : healedOwner(world))
}

/** A case from the text that `--shrink` wrote. @throws Error where it is none */
export function parseCase(text: string): Case {
  const value = JSON.parse(text) as Partial<Case> | null
  const isCase =
    typeof value?.seed === 'number' &&
    typeof value.pair === 'object' &&
    typeof value.until === 'number' &&
    typeof value.overlap_max === 'number' &&
    Array.isArray(value.faults)
  if (!isCase) throw new Error('expected a case as --shrink writes it: seed, pair, faults, until')
  return value as Case
}

/** A case as JSON, a fault on each line, with what was found in it. */
export function formatCase(given: Case, { kind, ...found }: Verdict): string {
  const { faults, ...rest } = given
  const lines = faults.map(fault => `    ${JSON.stringify(fault)}`).join(',\n')
  const head = JSON.stringify({ found, ...rest }, null, 2).replace(/\n}$/, '')
  return `${head},\n  "faults": [\n${lines}\n  ]\n}\n`
}

// Whether exactly one node owns every instance after the healing.
function healedOwner(world: World): Verdict {
  for (const { name } of world.nodes[0]?.config.vrrp.instances ?? []) {
    const owners = ownersOf(world, name).map(node => node.name)
    if (owners.length === 1) continue
    const why = `after healing ${name} belongs to ${owners.join(' and ') || 'nobody'}`
    return { kind: 'stuck', id: 'I2', at: world.queue.now(), why }
  }
  return { kind: 'held', events: world.events }
}
