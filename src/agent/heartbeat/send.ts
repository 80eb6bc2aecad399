/** Frames on their way out: one at a time on each path, never an old one. */

import type { Turn } from '../state.ts'
import { after, isDue, microseconds } from '../units.ts'
import { encodeCobs } from '../wire/cobs.ts'
import type { PathState } from './state.ts'

/** Start bit, eight bits, stop bit. */
const BITS_A_BYTE = 10

/** How long so many bytes take on a line. */
export const lineTime = (bytes: number, baud: number) =>
  microseconds(Math.ceil((bytes * BITS_A_BYTE * 1_000_000) / baud))

/**
 * Sends a frame on one path, stuffed. A busy line owes the newest frame once it is free.
 *
 * @returns whether it went out
 */
export function sendFrame(turn: Turn, path: PathState, frame: Uint8Array): boolean {
  return sendStuffed(turn, path, encodeCobs(frame))
}

/** As `sendFrame`, for bytes that are stuffed already. @returns whether it went out */
export function sendStuffed(turn: Turn, path: PathState, bytes: Uint8Array): boolean {
  if (!path.open) return false
  if (path.kind === 'serial') {
    if (!isDue(path.freeAt, turn.at)) {
      path.owes = true
      path.counters.skipped += 1
      return false
    }
    path.freeAt = after(turn.at, lineTime(bytes.length, path.baud))
  }
  path.owes = false
  path.counters.sent += 1
  turn.effects.push({ kind: 'beat', path: path.name, bytes })
  return true
}
