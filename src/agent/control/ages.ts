import { between, type Duration, type Instant } from '../units.ts'

/** Seconds with three decimals. */
export const inSeconds = (length: Duration) => Math.round(length / 1_000) / 1_000

/** How long ago, in seconds with three decimals. */
export const ageOf = (then: Instant, now: Instant) => inSeconds(between(then, now))

/** Milliseconds with three decimals. */
export const inMilliseconds = (length: number) => length / 1_000
