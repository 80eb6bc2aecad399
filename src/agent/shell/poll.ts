import { assert } from '../never.ts'
import type { Instant } from '../units.ts'

export const POLL_IN = 1
export const POLL_OUT = 4

/** Calls a handler when its descriptor is ready. */
export interface Watcher {
  watch(fd: number, events: number, ready: () => void): void
  forget(fd: number): void
}

export interface Poll extends Watcher {
  /** Sleeps until then or until something is ready, then calls the handlers. */
  turn(until: Instant): void
}

const READY_MAX = 32

/** The loop's one place to sleep. */
export function openPoll(): Poll {
  const handlers = new Map<number, { events: number; ready: () => void }>()
  const ready = new Int32Array(2 * READY_MAX)
  return {
    watch(fd, events, handler) {
      const known = handlers.get(fd)
      if (known?.events === events) {
        known.ready = handler
        return
      }
      // A regular file cannot be watched and never needs to be: it takes every write.
      if (host.watch(fd, events) >= 0) handlers.set(fd, { events, ready: handler })
    },
    forget(fd) {
      if (handlers.delete(fd)) host.watch(fd, 0)
    },
    turn(until) {
      const count = host.wait(until, ready)
      assert(count >= 0, `wait said ${count}`)
      // A handler may close a descriptor that is listed after it.
      for (let at = 0; at < count; at += 1) handlers.get(ready[2 * at] ?? -1)?.ready()
    },
  }
}
