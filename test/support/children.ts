import { instant } from '../../src/agent/units.ts'
import { putHost } from './fake-host.ts'

/** The errnos of include/uapi/asm-generic/errno-base.h that children meet. */
const EAGAIN = 11

/**
 * A host whose programs run until the test says otherwise. Process ids begin at 100, and the
 * descriptor that watches a child is its process id and 1,000.
 */
export function putChildren(refusals: { readonly start?: number; readonly watch?: number } = {}) {
  const done: string[] = []
  const codes = new Map<number, number>()
  const ready = new Map<number, () => void>()
  let pid = 99
  const fake = putHost({
    childStart(path) {
      done.push(`start ${path}`)
      if (refusals.start !== undefined) return -refusals.start
      pid += 1
      return pid
    },
    childWatch: of => (refusals.watch === undefined ? of + 1_000 : -refusals.watch),
    childEnd: of => {
      const code = codes.get(of) ?? -EAGAIN
      done.push(`reap ${of} ${code}`)
      return code
    },
    childKill: of => done.push(`kill ${of}`),
  })
  return {
    /** What was done with them, in order. */
    done,
    closed: fake.closed,
    /** By descriptor. */
    ready,
    watcher: {
      watch: (fd: number, _events: number, handler: () => void) => void ready.set(fd, handler),
      forget: (fd: number) => void ready.delete(fd),
    },
    /** The child has ended with this code; its descriptor tells of it unless nobody watches. */
    end(of: number, code: number) {
      codes.set(of, code)
      ready.get(of + 1_000)?.()
    },
    /** The time at which something is looked at again. */
    expire(what: { expire(at: ReturnType<typeof instant>): void }, ms: number) {
      fake.at = ms * 1_000
      what.expire(instant(fake.at))
    },
  }
}
