declare const unit: unique symbol
type Unit<Name extends string> = number & { readonly [unit]: Name }

/** Microseconds since boot, monotonic, an integer. */
export type Instant = Unit<'instant'>
/** A length of time in microseconds, an integer. */
export type Duration = Unit<'duration'>

export const instant = (microseconds: number) => microseconds as Instant
export const microseconds = (count: number) => count as Duration
export const milliseconds = (count: number) => (count * 1_000) as Duration
export const centiseconds = (count: number) => (count * 10_000) as Duration
export const seconds = (count: number) => (count * 1_000_000) as Duration

export const after = (from: Instant, length: Duration) => (from + length) as Instant
export const between = (from: Instant, to: Instant) => (to - from) as Duration
export const isDue = (deadline: Instant, now: Instant) => deadline <= now
export const earlier = (left: Instant, right: Instant) => (left < right ? left : right)
