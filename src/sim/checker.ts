import type { Effect, Event } from '../agent/machine.ts'
import type { Instant } from '../agent/units.ts'
import type { SimNode } from './node.ts'
import type { World } from './world.ts'

/** Watches the world and says what must never be. */
export interface Checker {
  readonly id: string
  /** Once, before anything happens. */
  onStart?(world: World): void
  /** After each step. */
  onStep?(world: World, node: SimNode, event: Event | 'begin', effects: readonly Effect[]): void
  /** After each step that had effects: half of them have none. */
  onEffects?(world: World, node: SimNode, event: Event | 'begin', effects: readonly Effect[]): void
  /** After a node began or ceased to answer for VIPs, or may have. */
  onOwnership?(world: World): void
}

export interface Violation {
  readonly id: string
  readonly at: Instant
  readonly why: string
}

/** Records that something was that must never be. */
export function violate(world: World, id: string, why: string): void {
  world.violations.push({ id, at: world.queue.now(), why })
}
