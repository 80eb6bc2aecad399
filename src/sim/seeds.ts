/** Seeds one after the other, up to the first that fails. */

import { type Case, runCase } from './case.ts'
import { guardedCaseOf } from './guarded-swarm.ts'
import type { Verdict } from './scenario.ts'
import { caseOf } from './swarm.ts'
import { count, newTally, type Tally } from './tally.ts'

export interface Seeds {
  readonly guarded: boolean
  readonly first: number
  readonly count: number
}

export interface SeedFailure {
  readonly seed: number
  readonly verdict: Exclude<Verdict, { kind: 'held' }>
}

export interface SeedsResult {
  readonly tally: Tally
  /** Of the smallest seed that fails; absent: all hold. */
  readonly failure?: SeedFailure
}

/** The schedule of a seed, with a heartbeat or without. */
export const askedCase = (guarded: boolean, seed: number): Case =>
  guarded ? guardedCaseOf(seed) : caseOf(seed)

/** Runs seeds in this process. What throws has failed as well. */
export function runSeeds({ guarded, first, count: times }: Seeds): SeedsResult {
  const tally = newTally()
  for (let seed = first; seed < first + times; seed += 1) {
    const given = askedCase(guarded, seed)
    const verdict = verdictOf(given)
    count(tally, given)
    if (verdict.kind !== 'held') return { tally, failure: { seed, verdict } }
  }
  return { tally }
}

function verdictOf(given: Case): Verdict {
  try {
    return runCase(given)
  } catch (error) {
    return { kind: 'unsafe', id: 'thrown', at: given.until, why: String(error) }
  }
}
