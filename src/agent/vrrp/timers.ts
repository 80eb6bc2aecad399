/** The timers of RFC 9568 section 6.1. */

import type { Duration } from '../units.ts'

/** Skew_Time: the lower the priority, the longer a backup waits. */
export const skewTime = (priority: number, interval: Duration) =>
  Math.floor(((256 - priority) * interval) / 256) as Duration

/** Active_Down_Interval: three adverts missed, and the skew. */
export const activeDownInterval = (priority: number, interval: Duration) =>
  (3 * interval + skewTime(priority, interval)) as Duration
