import type { Host } from '../../src/agent/shell/host.d.ts'
import { instant, microseconds } from '../../src/agent/units.ts'

/** What a test sees of the host that it put in. */
export interface FakeHost {
  /** Microseconds since boot. */
  at: number
  /** Descriptors that were closed. */
  readonly closed: number[]
  readonly watched: Map<number, number>
}

/**
 * Puts a host in for the shell's modules: a clock that stands still, UTF-8, descriptors that
 * nothing happens to. A test gives the calls that it is about.
 */
export function putHost(calls: Partial<Host>): FakeHost {
  const fake: FakeHost = { at: 0, closed: [], watched: new Map() }
  const base: Partial<Host> = {
    now: () => instant(fake.at),
    stalled: () => microseconds(0),
    encode(text, into) {
      const bytes = Buffer.from(text)
      if (bytes.length > into.length) return -27
      into.set(bytes)
      return bytes.length
    },
    decode: bytes => Buffer.from(bytes).toString(),
    watch(fd, events) {
      if (events === 0) fake.watched.delete(fd)
      else fake.watched.set(fd, events)
      return 0
    },
    close(fd) {
      fake.closed.push(fd)
      return 0
    },
  }
  Object.assign(globalThis, { host: { ...base, ...calls } })
  return fake
}
