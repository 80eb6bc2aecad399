/** Virtual time: what happens next, the order of equal times being that of their entry. */

import { popHeap, pushHeap } from '../agent/heap.ts'
import type { Instant } from '../agent/units.ts'

interface Entry {
  readonly at: Instant
  readonly seq: number
  readonly run: () => void
}

export interface Queue {
  now(): Instant
  /** Plans something for a time that is not past. */
  plan(at: Instant, run: () => void): void
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
    plan(at, run) {
      seq += 1
      pushHeap(heap, { at: at < now ? now : at, seq, run })
    },
    runNext(until) {
      const next = heap[0]
      if (next === undefined || next.at > until) return false
      popHeap(heap)
      now = next.at
      next.run()
      return true
    },
  }
}
