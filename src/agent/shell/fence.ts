import type { FencingConfig } from '../../model/node-config.ts'
import type { Effect, Ticket } from '../machine.ts'
import type { Instant } from '../units.ts'
import { openChild } from './child.ts'
import { ENOENT } from './errno.ts'
import type { Watcher } from './poll.ts'

/** The program that takes the power from the peer, or the like. */
export interface Fence {
  run(effect: Effect & { readonly kind: 'fence' }): void
  expire(at: Instant): void
  nextDeadline(): Instant | undefined
}

/** Each run is answered once: 0 where the program ended with 0 in its time, else an errno. */
export function openFence(
  fencing: FencingConfig | undefined,
  watcher: Watcher,
  answer: (ticket: Ticket, errno: number) => void,
): Fence {
  const child = openChild(watcher)
  return {
    run({ ticket, timeout }) {
      if (fencing === undefined) return answer(ticket, ENOENT)
      child.run({ path: fencing.hook, timeout }, errno => answer(ticket, errno))
    },
    expire: child.expire,
    nextDeadline: child.nextDeadline,
  }
}
