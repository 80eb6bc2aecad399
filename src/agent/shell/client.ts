import { renderStatus } from '../control/render-status.ts'
import type { Status } from '../control/status-types.ts'
import { after, type Instant, instant, seconds } from '../units.ts'
import { utf8, writeAll } from './bytes.ts'
import { EAGAIN, ECONNREFUSED, ENOENT, explainErrno } from './errno.ts'

export interface ControlOptions {
  readonly socket: string
  readonly json: boolean
}

const ANSWER_BYTES_MAX = 8 * 1024 * 1024
const PATIENCE = seconds(5)
const EXIT_NO_ANSWER = 1
const POLL_IN = 1

/** `directorctl status`: asks, prints, ends. */
export function runControl({ socket, json }: ControlOptions): never {
  const fd = host.unixConnect(socket)
  if (fd < 0) return noAnswer(socket, -fd)
  const sent = host.write(fd, utf8('{"command":"status"}\n'))
  if (sent < 0) return noAnswer(socket, -sent)
  const line = readLine(fd, after(host.now(), PATIENCE))
  if (line === undefined) return fail('the agent does not answer')
  writeAll(1, json ? `${line}\n` : renderStatus(JSON.parse(line) as Status))
  return host.exit(0)
}

/** Undefined: no whole line came in time. */
function readLine(fd: number, until: Instant): string | undefined {
  let buffer = new Uint8Array(64 * 1024)
  let length = 0
  const ready = new Int32Array(2)
  host.watch(fd, POLL_IN)
  while (host.now() < until && length < ANSWER_BYTES_MAX) {
    const count = host.read(fd, buffer.subarray(length))
    if (count === -EAGAIN) {
      host.wait(instant(until), ready)
      continue
    }
    if (count <= 0) return undefined
    length += count
    if (buffer[length - 1] === 10) return host.decode(buffer.subarray(0, length - 1))
    if (length === buffer.length) {
      const larger = new Uint8Array(2 * length)
      larger.set(buffer)
      buffer = larger
    }
  }
  return undefined
}

function noAnswer(socket: string, errno: number): never {
  if (errno === ENOENT || errno === ECONNREFUSED) {
    return fail(`the director agent is not running (${socket}: ${explainErrno(errno)})`)
  }
  return fail(`cannot reach the director agent at ${socket}: ${explainErrno(errno)}`)
}

function fail(sentence: string): never {
  writeAll(2, `directorctl: ${sentence}\n`)
  return host.exit(EXIT_NO_ANSWER)
}
