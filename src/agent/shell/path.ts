import { EIO } from '../kernel/errno.ts'
import type { LineCounters } from '../line-counters.ts'
import type { PathEvent, PathName } from '../machine.ts'
import { after, type Instant, isDue, milliseconds } from '../units.ts'
import { EAGAIN } from './errno.ts'
import { POLL_IN, type Watcher } from './poll.ts'

/** What a path is made of: a serial line or a socket. Numbers are counts or minus errno. */
export interface Port {
  open(): number
  read(fd: number, into: Uint8Array): number
  /** At once and whole, or not at all. */
  write(fd: number, bytes: Uint8Array): number
  /** Undefined: there is nothing to count. */
  counters(fd: number): LineCounters | undefined
  /** Whether the descriptor is of no use any more. */
  isLost(errno: number): boolean
}

/** One path of the heartbeat, opened again for as long as it takes. */
export interface Path {
  readonly name: PathName
  beat(bytes: Uint8Array): void
  expire(at: Instant): void
  nextDeadline(): Instant
}

export interface PathEnds {
  readonly heard: (bytes: Uint8Array) => void
  readonly changed: (event: Omit<PathEvent, 'kind' | 'path'>) => void
}

/** Counters are looked at so often, and a port that is not there as well. */
const LOOK_GAP = milliseconds(500)
const READS_A_TURN_MAX = 16
/** Of a serial line a good second at the usual speed; of datagrams one. */
const READ_BYTES_MAX = 2_048

/** It is opened, and told of, when `expire` is called first. */
export function openPath(name: PathName, port: Port, watcher: Watcher, ends: PathEnds): Path {
  const buffer = new Uint8Array(READ_BYTES_MAX)
  let fd = -1
  let unsent = 0
  let told = ''
  let lookAt = host.now()

  const tell = (errno: number) => {
    const line = fd < 0 ? undefined : port.counters(fd)
    const event = { open: fd >= 0, errno, unsent, ...(line === undefined ? {} : { line }) }
    const text = JSON.stringify(event)
    if (text === told) return
    told = text
    ends.changed(event)
  }
  const lose = (errno: number) => {
    watcher.forget(fd)
    host.close(fd)
    fd = -1
    tell(errno)
  }
  const read = () => {
    for (let reads = 0; reads < READS_A_TURN_MAX && fd >= 0; reads += 1) {
      const count = port.read(fd, buffer)
      if (count > 0) ends.heard(buffer.slice(0, count))
      else if (count === -EAGAIN) return
      else if (port.isLost(-count)) lose(count === 0 ? EIO : -count)
    }
  }
  const look = (at: Instant) => {
    lookAt = after(at, LOOK_GAP)
    if (fd >= 0) return tell(0)
    const opened = port.open()
    if (opened < 0) return tell(-opened)
    fd = opened
    watcher.watch(fd, POLL_IN, read)
    tell(0)
  }
  return {
    name,
    beat(bytes) {
      const written = fd < 0 ? 0 : port.write(fd, bytes)
      if (written === bytes.length) return
      unsent += 1
      if (written < 0 && port.isLost(-written)) lose(-written)
    },
    expire(at) {
      if (isDue(lookAt, at)) look(at)
    },
    nextDeadline: () => lookAt,
  }
}
