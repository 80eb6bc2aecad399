/** The earliest of many deadlines. It is asked for after every step: nothing is made for each. */

import type { Deadline } from './machine.ts'
import type { Instant } from './units.ts'

export interface Soonest {
  /** In microseconds; infinite: nothing was offered. */
  at: number
  timer: string
  subject: string
}

/** Of nothing yet. */
export const newSoonest = (): Soonest => ({ at: NEVER, timer: '', subject: '' })

/** As of nothing yet, for the next step. */
export function forget(soonest: Soonest): Soonest {
  soonest.at = NEVER
  return soonest
}

const NEVER = Number.POSITIVE_INFINITY

/** Takes a deadline if it is the first so far; of equal ones the one that was offered first. */
export function offer(
  soonest: Soonest,
  at: Instant | undefined,
  timer: string,
  subject: string,
): void {
  if (at === undefined || at >= soonest.at) return
  soonest.at = at
  soonest.timer = timer
  soonest.subject = subject
}

/** What was found; undefined: nothing was offered. */
export const found = (soonest: Soonest): Deadline | undefined =>
  soonest.at === NEVER ? undefined : (soonest as Deadline)
