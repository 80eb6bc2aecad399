/**
 * Consistent Overhead Byte Stuffing (Cheshire and Baker, 1999): a frame without zero bytes, so that
 * a zero ends it wherever a listener comes in.
 */

import { part } from './bytes.ts'

export const DELIMITER = 0

/** The frame between two delimiters. At most 254 bytes go in, and two or three more come out. */
export function encodeCobs(bytes: Uint8Array): Uint8Array {
  const out = cut(bytes.length + 3)
  let code = 1
  let run = 1
  let at = 2
  for (let from = 0; from < bytes.length; from += 1) {
    const byte = bytes[from] as number
    if (byte === 0) {
      out[code] = run
      code = at
      run = 0
    } else out[at] = byte
    at += 1
    run += 1
  }
  out[code] = run
  return out
}

// Frames are cut from larger pieces: memory of its own costs each more than its encoding.
const PIECE = 4_096
let piece = new ArrayBuffer(PIECE)
let used = 0

function cut(length: number): Uint8Array {
  if (length > PIECE) return new Uint8Array(length)
  if (used + length > PIECE) {
    piece = new ArrayBuffer(PIECE)
    used = 0
  }
  const out = new Uint8Array(piece, used, length)
  used += length
  return out
}

/**
 * The bytes of a frame whose delimiters are gone; in `into` if they have room there.
 *
 * @returns undefined where a length leads past the end
 */
export function decodeCobs(frame: Uint8Array, into?: Uint8Array): Uint8Array | undefined {
  const length = Math.max(frame.length - 1, 0)
  const out = into !== undefined && into.length >= length ? into : new Uint8Array(length)
  let at = 0
  let from = 0
  while (from < frame.length) {
    const run = frame[from] ?? 0
    const end = from + run
    if (run === 0 || end > frame.length) return undefined
    for (let next = from + 1; next < end; next += 1) {
      out[at] = frame[next] as number
      at += 1
    }
    if (end < frame.length) {
      out[at] = 0
      at += 1
    }
    from = end
  }
  return at === length ? part(out, 0, length) : undefined
}
