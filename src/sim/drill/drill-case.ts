import { type Duration, type Instant, microseconds } from '../../agent/units.ts'
import type { Fault } from '../faults.ts'
import type { World } from '../world.ts'
import type { Stage } from './stage.ts'

/** One thing that a drill does to a pair, and what must come of it. */
export interface DrillCase {
  /** For `--scenario`. */
  readonly name: string
  readonly title: string
  /** Why it cannot be tried on this pair; undefined: it can. */
  readonly lacks?: (stage: Stage) => string | undefined
  /** From `at` on, when the pair has been quiet for a while. */
  readonly faults: (stage: Stage, at: Instant) => readonly Fault[]
  /** Who is active at the end: of the groups that the active node had. */
  readonly owner: (stage: Stage) => string
  /** The longest outage that is as promised. */
  readonly outage_max: (stage: Stage) => Duration
  /** Two owners are what the manual says of such a case. */
  readonly mayOverlap?: (stage: Stage) => boolean
  /** What else is wrong at the end. */
  readonly check?: (world: World, stage: Stage) => string | undefined
}

/** For `owner`: nothing moves. */
export const active = (stage: Stage): string => stage.active
/** For `outage_max`: somebody answers all the time. */
export const NONE = (): Duration => microseconds(0)
