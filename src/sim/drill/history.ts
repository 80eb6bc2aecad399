/** Who answered for the VIPs of each instance, and when. */

import { between, type Duration, type Instant, microseconds } from '../../agent/units.ts'
import type { Checker } from '../checker.ts'
import { ownersOf, type World } from '../world.ts'

/** From `at` on these nodes answered, until the next span begins. */
export interface Span {
  readonly at: Instant
  readonly owners: readonly string[]
}

/** The spans of each instance, in order; the last one lasts to the end. */
export type History = ReadonlyMap<string, readonly Span[]>

/** A checker that finds nothing and writes everything down. */
export function newRecorder(): { readonly checker: Checker; readonly history: History } {
  const history = new Map<string, Span[]>()
  const look = (world: World) => {
    for (const { name } of world.nodes[0]?.config.vrrp.instances ?? []) {
      const owners = ownersOf(world, name).map(node => node.name)
      const spans = history.get(name) ?? []
      history.set(name, spans)
      if (spans.at(-1)?.owners.join() === owners.join()) continue
      const at = world.queue.now()
      // What began and ended at one moment was never there.
      if (spans.at(-1)?.at === at) spans.pop()
      if (spans.at(-1)?.owners.join() !== owners.join()) spans.push({ at, owners })
    }
  }
  return { checker: { id: 'history', onOwnership: look, onStep: look }, history }
}

/** Who answered at a time. */
export const ownersAt = (spans: readonly Span[], at: Instant): readonly string[] =>
  spans.findLast(span => span.at <= at)?.owners ?? []

/** The longest time without an owner, and the longest with two, of any instance. */
export function gapsOf(
  history: History,
  from: Instant,
  to: Instant,
): { readonly outage: Duration; readonly overlap: Duration } {
  let outage = 0
  let overlap = 0
  for (const spans of history.values()) {
    for (const [index, { at, owners }] of spans.entries()) {
      const end = Math.min(spans[index + 1]?.at ?? to, to) as Instant
      const length = between(Math.max(at, from) as Instant, end)
      if (owners.length === 0) outage = Math.max(outage, length)
      if (owners.length > 1) overlap = Math.max(overlap, length)
    }
  }
  return { outage: microseconds(outage), overlap: microseconds(overlap) }
}
