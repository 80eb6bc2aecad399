/** Which sequence numbers of a session were heard on a path. */

import type { PathState } from './state.ts'

const WINDOW = 64

/**
 * Whether a number is new on a path; if it is, it is remembered, and those that were passed over
 * count as lost. On a serial line nothing overtakes, so only a higher one is new.
 */
export function admit(path: PathState, seq: number): boolean {
  const ahead = seq - path.top
  if (ahead > 0) {
    if (path.top > 0) path.counters.lost += ahead - 1
    shift(path, ahead)
    path.top = seq
    return true
  }
  const behind = -ahead
  if (path.kind === 'serial' || behind >= WINDOW) return false
  const bit = 1 << (behind & 31)
  const part = behind < 32 ? path.window_low : path.window_high
  if ((part & bit) !== 0) return false
  if (behind < 32) path.window_low |= bit
  else path.window_high |= bit
  if (path.counters.lost > 0) path.counters.lost -= 1
  return true
}

/** Forgets the numbers of an older session. */
export function resetWindow(path: PathState): void {
  path.top = 0
  path.window_low = 0
  path.window_high = 0
}

// Bit n stands for the number n below the newest one.
function shift(path: PathState, count: number): void {
  if (count >= WINDOW) {
    path.window_low = 1
    path.window_high = 0
    return
  }
  let { window_low: low, window_high: high } = path
  if (count >= 32) {
    high = low
    low = 0
    high <<= count - 32
  } else {
    high = (high << count) | (low >>> (32 - count))
    low <<= count
  }
  path.window_low = low | 1
  path.window_high = high
}
