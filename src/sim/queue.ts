/** Virtual time: what happens next, the order of equal times being that of their entry. */

import { popHeap, pushHeap } from '../agent/heap.ts'
import type { Instant } from '../agent/units.ts'

interface Entry {
  readonly at: Instant
  readonly seq: number
  readonly run: (given: unknown) => void
  readonly given: unknown
}

export interface Queue {
  now(): Instant
  /** Plans something for a time that is not past. */
  plan(at: Instant, run: () => void): void
  /** As above, for what there is much of: no function is made for each entry. */
  plan<Given>(at: Instant, run: (given: Given) => void, given: Given): void
  /** Runs the next entry unless it lies behind `until`. @returns whether there was one */
  runNext(until: Instant): boolean
}

/** An empty queue at a time. */
export function newQueue(start: Instant): Queue {
  const heap: Entry[] = []
  let now = start
  let seq = 0
  return {
    now: () => now,
    plan<Given>(at: Instant, run: (given: Given) => void, given?: Given) {
      seq += 1
      pushHeap(heap, { at: at < now ? now : at, seq, run: run as Entry['run'], given })
    },
    runNext(until) {
      const next = heap[0]
      if (next === undefined || next.at > until) return false
      popHeap(heap)
      now = next.at
      next.run(next.given)
      return true
    },
  }
}
