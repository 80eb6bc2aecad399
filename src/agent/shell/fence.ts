import type { FencingConfig } from '../../model/node-config.ts'
import { EBUSY, EIO } from '../kernel/errno.ts'
import type { Effect, Ticket } from '../machine.ts'
import { after, type Instant, isDue } from '../units.ts'
import { EAGAIN, ENOENT, ETIMEDOUT } from './errno.ts'
import { POLL_IN, type Watcher } from './poll.ts'

/** The program that takes the power from the peer, or the like. */
export interface Fence {
  run(effect: Effect & { readonly kind: 'fence' }): void
  expire(at: Instant): void
  nextDeadline(): Instant | undefined
}

interface Run {
  readonly ticket: Ticket
  readonly pid: number
  readonly fd: number
  readonly until: Instant
}

/** Each run is answered once: 0 where the program ended with 0 in its time, else a errno. */
export function openFence(
  fencing: FencingConfig | undefined,
  watcher: Watcher,
  answer: (ticket: Ticket, errno: number) => void,
): Fence {
  let running: Run | undefined

  const end = ({ fd, ticket }: Run, errno: number) => {
    watcher.forget(fd)
    host.close(fd)
    running = undefined
    answer(ticket, errno)
  }
  return {
    run({ ticket, timeout }) {
      if (fencing === undefined) return answer(ticket, ENOENT)
      if (running !== undefined) return answer(ticket, EBUSY)
      const pid = host.childStart(fencing.hook)
      if (pid < 0) return answer(ticket, -pid)
      const fd = host.childWatch(pid)
      const run = { ticket, pid, fd, until: after(host.now(), timeout) }
      running = run
      watcher.watch(fd, POLL_IN, () => {
        const code = host.childEnd(pid)
        if (code !== -EAGAIN) end(run, code === 0 ? 0 : EIO)
      })
    },
    expire(at) {
      if (running === undefined || !isDue(running.until, at)) return
      host.childKill(running.pid)
      end(running, ETIMEDOUT)
    },
    nextDeadline: () => running?.until,
  }
}
