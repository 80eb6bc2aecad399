import { type Instant, instant } from '../units.ts'
import { EAGAIN } from './errno.ts'
import { POLL_IN } from './poll.ts'

const LINE_BYTES_MAX = 8 * 1024 * 1024
const NEWLINE = 10

/** Lines from a descriptor, one after the other. */
export interface LineReader {
  /** Undefined: the other side ended, or no whole line came in time. */
  next(until: Instant): string | undefined
}

/** Reads what the agent says. */
export function openLines(fd: number): LineReader {
  let buffer = new Uint8Array(64 * 1024)
  let length = 0
  let searched = 0
  const ready = new Int32Array(2)
  host.watch(fd, POLL_IN)

  const take = (): string | undefined => {
    const end = buffer.subarray(searched, length).indexOf(NEWLINE)
    if (end < 0) {
      searched = length
      return undefined
    }
    const line = host.decode(buffer.subarray(0, searched + end))
    buffer.copyWithin(0, searched + end + 1, length)
    length -= searched + end + 1
    searched = 0
    return line
  }
  const grow = () => {
    const larger = new Uint8Array(2 * length)
    larger.set(buffer)
    buffer = larger
  }
  return {
    next(until) {
      for (let line = take(); ; line = take()) {
        if (line !== undefined) return line
        if (length === buffer.length) grow()
        if (length >= LINE_BYTES_MAX || host.now() >= until) return undefined
        const count = host.read(fd, buffer.subarray(length))
        if (count === -EAGAIN) host.wait(instant(until), ready)
        else if (count <= 0) return undefined
        else length += count
      }
    },
  }
}
