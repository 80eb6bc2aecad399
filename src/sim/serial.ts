/** A null-modem line: bytes take their time, and each direction can be hurt in its own ways. */

import type { LineCounters } from '../agent/line-counters.ts'
import { after, type Duration, type Instant, isDue, microseconds } from '../agent/units.ts'
import type { Queue } from './queue.ts'
import type { Random } from './random.ts'

/** What hurts what one end sends on its way to the other; all at once are possible. */
export interface LineFaults {
  cut: boolean
  /** The chance that a byte comes with one bit wrong. */
  noise: number
  /** The chance for each frame that the receiver is late: what its FIFO does not hold is lost. */
  overrun: number
  /** The receiver listens at another speed. */
  speed: boolean
  /** What is sent comes back to the sender. */
  loop: boolean
}

export interface SerialLine {
  /** One end; `receive` gets what came in, `count` says that a counter has changed. */
  attach(node: string, baud: number, receive: (bytes: Uint8Array) => void): SerialPort
  /** The faults of what `from` sends. */
  faultsOf(from: string): LineFaults
  /** Bytes that come to one end from nowhere: a floating line, a console that writes on it. */
  inject(to: string, bytes: Uint8Array): void
}

export interface SerialPort {
  /** @returns false when the port is still busy with what came before */
  send(bytes: Uint8Array): boolean
  readonly counters: { -readonly [Key in keyof LineCounters]: number }
  isOpen: boolean
}

const FIFO_BYTES = 16
/** A receiver that waits for more bytes tells of what it has after four of them were missing. */
const IDLE_BYTES = 4

/** A line without ends and without faults. */
export function newSerialLine(queue: Queue, random: Random): SerialLine {
  const ends = new Map<string, End>()
  const faults = new Map<string, LineFaults>()
  const faultsOf = (from: string): LineFaults => {
    const known = faults.get(from)
    if (known !== undefined) return known
    const none = { cut: false, noise: 0, overrun: 0, speed: false, loop: false }
    faults.set(from, none)
    return none
  }
  const arrive = (from: string, bytes: Uint8Array, at: Instant) => {
    const { cut, noise, overrun, speed, loop } = faultsOf(from)
    if (loop) queue.plan(at, () => ends.get(from)?.receive(bytes))
    if (cut || loop) return
    for (const [name, port] of ends) {
      if (name === from || !port.isOpen) continue
      let came = bytes
      if (speed) came = atOtherSpeed(bytes, random, port.counters)
      if (noise > 0) came = noisy(came, noise, random, port.counters)
      if (overrun > 0 && random.chance(overrun)) came = overrunning(came, random, port.counters)
      queue.plan(at, comeIn, { port, bytes: came })
    }
  }
  return {
    faultsOf,
    attach(node, baud, receive) {
      let busyUntil: Instant | undefined
      const port = {
        counters: { overrun: 0, buffer_overrun: 0, framing: 0, parity: 0, breaks: 0 },
        isOpen: true,
        receive,
        send(bytes: Uint8Array) {
          const now = queue.now()
          if (!port.isOpen || (busyUntil !== undefined && !isDue(busyUntil, now))) return false
          busyUntil = after(now, bytesTime(bytes.length, baud))
          arrive(node, bytes, after(busyUntil, bytesTime(IDLE_BYTES, baud)))
          return true
        },
      }
      ends.set(node, port)
      return port
    },
    inject: (to, bytes) => ends.get(to)?.receive(bytes),
  }
}

interface End extends SerialPort {
  readonly receive: (bytes: Uint8Array) => void
}

function comeIn({ port, bytes }: { readonly port: End; readonly bytes: Uint8Array }): void {
  if (port.isOpen) port.receive(bytes)
}

const bytesTime = (count: number, baud: number): Duration =>
  microseconds(Math.ceil((count * 10_000_000) / baud))

type Counters = SerialPort['counters']

// Bits are sampled at the wrong moments: about as many bytes, none of them right.
function atOtherSpeed(bytes: Uint8Array, random: Random, counters: Counters): Uint8Array {
  const came = new Uint8Array(Math.ceil(bytes.length / 2))
  for (let at = 0; at < came.length; at += 1) came[at] = random.integer(0, 255)
  counters.framing += Math.ceil(came.length / 3)
  return came
}

function noisy(bytes: Uint8Array, chance: number, random: Random, counters: Counters): Uint8Array {
  const came = bytes.slice()
  for (let at = 0; at < came.length; at += 1) {
    if (!random.chance(chance)) continue
    came[at] = (came[at] ?? 0) ^ (1 << random.integer(0, 7))
    if (random.chance(0.2)) counters.framing += 1
  }
  return came
}

function overrunning(bytes: Uint8Array, random: Random, counters: Counters): Uint8Array {
  if (bytes.length <= FIFO_BYTES) return bytes
  const from = random.integer(FIFO_BYTES, bytes.length - 1)
  const lost = random.integer(1, bytes.length - from)
  counters.overrun += lost
  const came = new Uint8Array(bytes.length - lost)
  came.set(bytes.subarray(0, from))
  came.set(bytes.subarray(from + lost), from)
  return came
}
