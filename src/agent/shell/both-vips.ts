import { earlier, type Instant } from '../units.ts'
import type { Vips } from './vips.ts'

/** One view of several: each knows its own instances and is silent about others. */
export const joinVips = (parts: readonly Vips[]): Vips => ({
  flip(instances, to, settle) {
    for (const part of parts) part.flip(instances, to, settle)
  },
  set(instance, addresses, settle) {
    for (const part of parts) part.set(instance, addresses, settle)
  },
  gone(index) {
    for (const part of parts) part.gone(index)
  },
  look(view) {
    for (const part of parts) part.look(view)
  },
  expire(at) {
    for (const part of parts) part.expire(at)
  },
  nextDeadline() {
    let next: Instant | undefined
    for (const part of parts) {
      const at = part.nextDeadline()
      if (at !== undefined) next = next === undefined ? at : earlier(next, at)
    }
    return next
  },
  repairs: () => parts.reduce((sum, part) => sum + part.repairs(), 0),
})

/** Tells the supervisor that the loop is to be watched as long as any of several says so. */
export function joinWatch(tell: (isWatched: boolean) => void): () => (isWatched: boolean) => void {
  const watching = new Set<object>()
  return () => {
    const self = {}
    return isWatched => {
      if (isWatched) watching.add(self)
      else watching.delete(self)
      tell(watching.size > 0)
    }
  }
}
