import type { Instant } from '../units.ts'
import { utf8 } from './bytes.ts'
import { EAGAIN } from './errno.ts'
import type { Watcher } from './poll.ts'
import { POLL_OUT } from './poll.ts'

const QUEUED_BYTES_MAX = 32 * 1024

/** Lines for the console, which may be slow: what it does not take waits, the rest is counted. */
export interface ConsoleLines {
  say(at: Instant, line: string): void
  /** How many lines were dropped since the start. */
  readonly dropped: () => number
}

/** Lines begin with the time since boot, as the kernel's do. */
export function openConsole(watcher: Watcher): ConsoleLines {
  const own = host.consoleOut()
  const fd = own < 0 ? 2 : own
  // Where standard error cannot be opened anew it is a socket, which `send` never waits for.
  const write = (bytes: Uint8Array) => (own < 0 ? host.send(fd, bytes) : host.write(fd, bytes))
  const queue: Uint8Array[] = []
  let queuedBytes = 0
  let dropped = 0
  let untold = 0

  const drain = () => {
    for (let line = queue[0]; line !== undefined; line = queue[0]) {
      const count = write(line)
      if (count === -EAGAIN) break
      queuedBytes -= count < 0 ? line.length : count
      if (count < 0 || count === line.length) queue.shift()
      else queue[0] = line.subarray(count)
    }
    if (queue.length === 0) watcher.forget(fd)
    else watcher.watch(fd, POLL_OUT, drain)
  }
  const push = (line: string) => {
    const bytes = utf8(`${line}\n`)
    queue.push(bytes)
    queuedBytes += bytes.length
  }

  return {
    say(at, line) {
      if (queuedBytes > QUEUED_BYTES_MAX) {
        dropped += 1
        untold += 1
        return
      }
      if (untold > 0) push(`${stamp(at)} directord: ${untold} lines were dropped here`)
      untold = 0
      push(`${stamp(at)} ${line}`)
      drain()
    },
    dropped: () => dropped,
  }
}

/** As in the kernel's log: seconds since boot with six decimals, in brackets. */
export function stamp(at: Instant): string {
  const seconds = Math.floor(at / 1_000_000).toString()
  const micros = (at % 1_000_000).toString()
  return `[${seconds.padStart(5)}.${micros.padStart(6, '0')}]`
}
