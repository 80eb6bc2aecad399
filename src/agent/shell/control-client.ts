import { after, type Instant, seconds } from '../units.ts'
import { utf8 } from './bytes.ts'
import { EAGAIN } from './errno.ts'
import { POLL_IN, POLL_OUT, type Watcher } from './poll.ts'

const REQUEST_BYTES_MAX = 4096
const REPLY_BYTES_MAX = 8 * 1024 * 1024
/** A client that neither asks nor takes its answer for so long is cut off. */
const IDLE_MAX = seconds(10)
const NEWLINE = 10

/** One client: lines of JSON in, one answer to each before the next is read. */
export interface Client {
  /** Sends the answer that is owed; where none is owed, nothing. */
  reply(answer: unknown): void
  /** Lets the connection go, open and unwatched, to who serves it from now on. */
  release(): number
  readonly idleAt: () => Instant
  close(): void
}

interface Connection {
  readonly fd: number
  readonly watcher: Watcher
  readonly request: Uint8Array
  readonly ask: (request: unknown) => void
  readonly gone: () => void
  received: number
  isAsking: boolean
  /** Lines are being taken, further up the stack. */
  isTaking: boolean
  /** What of the answer is still to be taken. */
  rest: Uint8Array
  idleAt: Instant
}

/** Serves an accepted connection until the client goes or breaks a bound; then calls `gone`. */
export function openClient(
  fd: number,
  watcher: Watcher,
  ask: (request: unknown) => void,
  gone: () => void,
): Client {
  const idleAt = after(host.now(), IDLE_MAX)
  const empty = new Uint8Array(0)
  const request = new Uint8Array(REQUEST_BYTES_MAX)
  const own: Connection = {
    ...{ fd, watcher, request, ask, gone, idleAt },
    ...{ received: 0, isAsking: false, isTaking: false, rest: empty },
  }
  listen(own)
  return {
    reply(answer) {
      if (own.isAsking) send(own, answer)
    },
    release() {
      own.watcher.forget(own.fd)
      own.gone()
      return own.fd
    },
    idleAt: () => own.idleAt,
    close: () => close(own),
  }
}

function listen(own: Connection): void {
  own.watcher.watch(own.fd, POLL_IN, () => receive(own))
}

function receive(own: Connection): void {
  const count = host.read(own.fd, own.request.subarray(own.received))
  if (count === -EAGAIN) return
  if (count <= 0) {
    close(own)
    return
  }
  own.received += count
  own.idleAt = after(host.now(), IDLE_MAX)
  takeLines(own)
}

// An answer that comes at once must not nest: a request of four kilobytes holds hundreds of lines.
function takeLines(own: Connection): void {
  if (own.isTaking) return
  own.isTaking = true
  while (takeLine(own));
  own.isTaking = false
}

/** True: a line was answered at once, so that the next one may be looked at. */
function takeLine(own: Connection): boolean {
  const end = own.request.subarray(0, own.received).indexOf(NEWLINE)
  if (end < 0) {
    if (own.received === own.request.length) close(own)
    return false
  }
  const line = host.decode(own.request.subarray(0, end))
  own.request.copyWithin(0, end + 1, own.received)
  own.received -= end + 1
  own.isAsking = true
  // While an answer is owed nothing more is read.
  own.watcher.forget(own.fd)
  const request = parsed(line)
  if (request !== undefined) {
    own.ask(request.value)
    return !own.isAsking && own.rest.length === 0
  }
  // Whoever does not speak JSON is told so once.
  host.write(own.fd, utf8('{"error":"not_json"}\n'))
  close(own)
  return false
}

function send(own: Connection, answer: unknown): void {
  own.isAsking = false
  const bytes = utf8(`${JSON.stringify(answer)}\n`)
  own.rest = bytes.length > REPLY_BYTES_MAX ? utf8('{"error":"too_large"}\n') : bytes
  flush(own)
}

function flush(own: Connection): void {
  while (own.rest.length > 0) {
    const count = host.write(own.fd, own.rest)
    if (count === -EAGAIN) {
      own.watcher.watch(own.fd, POLL_OUT, () => flush(own))
      return
    }
    if (count <= 0) {
      close(own)
      return
    }
    own.idleAt = after(host.now(), IDLE_MAX)
    own.rest = own.rest.subarray(count)
  }
  listen(own)
  takeLines(own)
}

function close(own: Connection): void {
  own.watcher.forget(own.fd)
  host.close(own.fd)
  own.isAsking = false
  own.received = 0
  own.gone()
}

function parsed(line: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(line) as unknown }
  } catch {
    return undefined
  }
}
