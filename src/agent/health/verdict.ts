/** What the result of a probe means: fall and rise, and when there is no verdict at all. */

import type { Instant } from '../units.ts'
import type { Target } from './state.ts'

// EAGAIN, ENOMEM, ENFILE, EMFILE, EADDRNOTAVAIL, ENOBUFS: it is this node that lacks something.
const OWN_FAULTS: readonly number[] = [11, 12, 23, 24, 99, 105]

export const isOwnFault = (errno: number) => OWN_FAULTS.includes(errno)

/** Counts one result. @returns whether the verdict changed between up and down. */
export function judge(target: Target, errno: number, at: Instant): boolean {
  const was = target.verdict
  if (errno === 0) {
    target.failures = 0
    target.successes += 1
    if (was === 'unknown' || (was === 'down' && target.successes >= target.rise)) {
      target.verdict = 'up'
    }
  } else {
    target.successes = 0
    target.failures += 1
    target.errno = errno
    target.errorAt = at
    if (was !== 'down' && target.failures >= target.fall) target.verdict = 'down'
  }
  if (target.verdict === was) return false
  target.since = at
  return target.verdict === 'down' || was === 'down'
}
