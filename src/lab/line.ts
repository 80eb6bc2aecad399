/**
 * One direction of a serial line: bytes go in as they come and come out at the line's rate.
 *
 * Pure: time comes in with each call, in microseconds, and so does randomness. QEMU's own ports
 * have no rate, which is why the line has one. A sender is not held back sooner than the socket
 * between it and the line is full, so what it sends beyond the rate arrives late, not never.
 */
export interface LineDirection {
  /** Takes bytes from the sender. */
  accept(bytes: Uint8Array, at_us: number): void
  /** The bytes whose last bit has arrived by now, as the line's faults leave them. */
  deliver(at_us: number): Uint8Array
  /** When the next byte will have arrived; undefined: the line is idle. */
  nextAt_us(): number | undefined
  /** Bytes on their way. */
  waiting(): number
  /** From now on; kept until it is set again. */
  setFault(fault: LineFault): void
}

export interface LineFault {
  /** Nothing arrives. */
  readonly cut?: boolean
  /** The share of bytes in which one bit is wrong, 0 to 1. */
  readonly noise?: number
}

// 8N1: a start bit, eight of data, a stop bit.
const BITS_PER_BYTE = 10

interface Piece {
  readonly bytes: Uint8Array
  readonly startsAt_us: number
  taken: number
}

/** A direction of a line of `baud` bits per second; `random` gives numbers from 0 to below 1. */
export function createLineDirection(baud: number, random: () => number): LineDirection {
  const byte_us = (BITS_PER_BYTE * 1_000_000) / baud
  const queue: Piece[] = []
  let freeAt_us = 0
  let fault: LineFault = {}

  const corrupt = (byte: number) =>
    random() < (fault.noise ?? 0) ? byte ^ (1 << Math.floor(random() * 8)) : byte

  return {
    accept(bytes, at_us) {
      if (bytes.length === 0) return
      const startsAt_us = Math.max(at_us, freeAt_us)
      freeAt_us = startsAt_us + bytes.length * byte_us
      queue.push({ bytes, startsAt_us, taken: 0 })
    },
    deliver(at_us) {
      const arrived: number[] = []
      for (let piece = queue[0]; piece !== undefined; piece = queue[0]) {
        // A billionth of a byte's time makes up for rounding.
        const whole = Math.floor((at_us - piece.startsAt_us) / byte_us + 1e-9)
        const until = Math.max(piece.taken, Math.min(whole, piece.bytes.length))
        arrived.push(...piece.bytes.subarray(piece.taken, until))
        piece.taken = until
        if (until < piece.bytes.length) break
        queue.shift()
      }
      return fault.cut === true ? new Uint8Array() : Uint8Array.from(arrived, corrupt)
    },
    nextAt_us() {
      const [piece] = queue
      return piece === undefined ? undefined : piece.startsAt_us + (piece.taken + 1) * byte_us
    },
    waiting: () => queue.reduce((sum, { bytes, taken }) => sum + bytes.length - taken, 0),
    setFault(next) {
      fault = next
    },
  }
}
