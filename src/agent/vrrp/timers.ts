/** The timers of RFC 9568 section 6.1. Those of version 2 differ: RFC 3768 section 6.1. */

import { type Duration, seconds } from '../units.ts'
import type { Version } from '../wire/vrrp.ts'

/** Skew_Time: the lower the priority, the longer a backup waits. */
export function skewTime(priority: number, interval: Duration, version: Version = 3): Duration {
  const whole = version === 2 ? seconds(1) : interval
  return Math.floor(((256 - priority) * whole) / 256) as Duration
}

/** Active_Down_Interval: three adverts missed, and the skew. */
export const activeDownInterval = (priority: number, interval: Duration, version: Version = 3) =>
  (3 * interval + skewTime(priority, interval, version)) as Duration
