/** A failing case made small: fewer faults and a shorter run, while the same thing goes wrong. */

import { type Case, runCase } from './case.ts'
import type { Fault } from './faults.ts'
import type { Verdict } from './scenario.ts'

type Failure = Exclude<Verdict, { kind: 'held' }>

export interface Shrunk {
  readonly small: Case
  readonly failure: Failure
}

/** The smallest case found that fails with the id of `given`; undefined: that one holds. */
export function shrink(given: Case): Shrunk | undefined {
  const failure = failureOf(given)
  if (failure === undefined) return undefined
  const faults = [...given.faults].sort((left, right) => left.at - right.at)
  let best = shortened({ small: { ...given, faults }, failure })
  for (let size = best.small.faults.length; size >= 1; size = Math.floor(size / 2)) {
    best = withoutChunks(best, size)
  }
  // What could go only after something else had gone.
  for (let before = Number.POSITIVE_INFINITY; best.small.faults.length < before; ) {
    before = best.small.faults.length
    best = withoutChunks(best, 1)
  }
  return best
}

function withoutChunks(from: Shrunk, size: number): Shrunk {
  let best = from
  for (let start = 0; start < best.small.faults.length; ) {
    const { small } = best
    const chunk = small.faults.slice(start, start + size)
    const faults = small.faults.filter(fault => !chunk.includes(fault) || isNeeded(small, fault))
    const next = faults.length < small.faults.length ? retry(best, { ...small, faults }) : undefined
    if (next === undefined) start += size
    else best = next
  }
  return best
}

// Without the healing nobody could ask for one owner at the end.
const isNeeded = ({ healed_at }: Case, { at }: Fault) => healed_at !== undefined && at >= healed_at

/** What was unsafe at some time needs no more than what led there. */
function shortened(from: Shrunk): Shrunk {
  const { small, failure } = from
  if (failure.kind !== 'unsafe' || failure.id === THROWN) return from
  const { healed_at: _, ...rest } = small
  const faults = small.faults.filter(({ at }) => at <= failure.at)
  const again = failureOf({ ...rest, until: failure.at, faults })
  if (again?.id !== failure.id) return from
  return { small: { ...rest, until: failure.at, faults }, failure: again }
}

function retry({ failure }: Shrunk, small: Case): Shrunk | undefined {
  const again = failureOf(small)
  return again?.id === failure.id ? shortened({ small, failure: again }) : undefined
}

const THROWN = 'thrown'

function failureOf(given: Case): Failure | undefined {
  try {
    const verdict = runCase(given)
    return verdict.kind === 'held' ? undefined : verdict
  } catch (error) {
    return { kind: 'unsafe', id: THROWN, at: given.until, why: String(error) }
  }
}
