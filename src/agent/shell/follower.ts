import { after, type Instant, instant, seconds } from '../units.ts'
import { utf8 } from './bytes.ts'
import { EAGAIN } from './errno.ts'
import { POLL_IN, POLL_OUT, type Watcher } from './poll.ts'

/** Beyond what the kernel's socket holds already. */
const QUEUED_BYTES_MAX = 64 * 1024
/** A follower that takes nothing for so long although something waits is cut off. */
const STUCK_MAX = seconds(60)
const NEVER = instant(Number.MAX_SAFE_INTEGER)

/** A client that is told lines as they come. It never holds anybody up: it loses lines instead. */
export interface Follower {
  /** @returns false: it was too slow, the line is dropped; the gap is told when it takes more */
  tell(line: unknown): boolean
  /** When it is to be cut off. */
  readonly idleAt: () => Instant
  close(): void
}

interface Stream {
  readonly fd: number
  readonly watcher: Watcher
  readonly gone: () => void
  readonly queue: Uint8Array[]
  queued_bytes: number
  untold: number
  takenAt: Instant
  isClosed: boolean
}

/** Takes over a connection; `gone` is called once, when it ends. */
export function openFollower(fd: number, watcher: Watcher, gone: () => void): Follower {
  const own: Stream = {
    ...{ fd, watcher, gone, queue: [] },
    ...{ queued_bytes: 0, untold: 0, takenAt: host.now(), isClosed: false },
  }
  watch(own)
  return {
    tell(line) {
      if (own.isClosed) return true
      if (own.queued_bytes > QUEUED_BYTES_MAX) {
        own.untold += 1
        return false
      }
      push(own, line)
      flush(own)
      return true
    },
    idleAt: () => (own.queue.length === 0 ? NEVER : after(own.takenAt, STUCK_MAX)),
    close: () => close(own),
  }
}

function push(own: Stream, line: unknown): void {
  if (own.queue.length === 0) own.takenAt = host.now()
  const bytes = utf8(`${JSON.stringify(line)}\n`)
  own.queue.push(bytes)
  own.queued_bytes += bytes.length
}

function flush(own: Stream): void {
  for (let bytes = own.queue[0]; bytes !== undefined; bytes = own.queue[0]) {
    const count = host.write(own.fd, bytes)
    if (count === -EAGAIN) break
    if (count <= 0) {
      close(own)
      return
    }
    own.takenAt = host.now()
    own.queued_bytes -= count
    if (count === bytes.length) own.queue.shift()
    else own.queue[0] = bytes.subarray(count)
    tellGap(own)
  }
  watch(own)
}

// Where the lines are missing: behind all that was queued before them.
function tellGap(own: Stream): void {
  if (own.untold === 0 || own.queued_bytes > QUEUED_BYTES_MAX) return
  const dropped = own.untold
  own.untold = 0
  push(own, { dropped })
}

function watch(own: Stream): void {
  const events = own.queue.length === 0 ? POLL_IN : POLL_IN | POLL_OUT
  own.watcher.watch(own.fd, events, () => ready(own))
}

// A follower has nothing more to say: whatever can be read is its end, or the end of our patience.
function ready(own: Stream): void {
  const count = host.read(own.fd, new Uint8Array(64))
  if (count === -EAGAIN) flush(own)
  else close(own)
}

function close(own: Stream): void {
  if (own.isClosed) return
  own.isClosed = true
  own.watcher.forget(own.fd)
  host.close(own.fd)
  own.gone()
}
