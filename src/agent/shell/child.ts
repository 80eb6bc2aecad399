import { EBUSY, EIO } from '../kernel/errno.ts'
import { after, type Duration, type Instant, isDue, seconds } from '../units.ts'
import { EAGAIN, ETIMEDOUT } from './errno.ts'
import { POLL_IN, type Watcher } from './poll.ts'

/** One that was killed and is not gone is looked for again so much later. */
const REAP_GAP = seconds(1)

/** A program that runs for so long at most. */
export interface Program {
  readonly path: string
  readonly timeout: Duration
}

/** Room for one child process, which nobody waits for. */
export interface Child {
  /**
   * Starts the program. `tell` is called once, at its end or at the end of its time: 0 where it
   * ended with 0, EIO with another code or by a signal, ETIMEDOUT when it was killed for its time,
   * EBUSY while another runs, else the errno that kept it from running.
   */
  run(program: Program, tell: (errno: number) => void): void
  expire(at: Instant): void
  /** Absent: no program is there, running or killed. */
  nextDeadline(): Instant | undefined
}

interface Running {
  readonly pid: number
  /** Minus errno where its end cannot be watched. */
  readonly fd: number
  /** The end of its time, and after that the next look whether it is gone. */
  until: Instant
  /** Absent: it was told, and the program killed with all that it has started. */
  tell: ((errno: number) => void) | undefined
}

/** A program that was killed, for its time or since it cannot be watched, is reaped too. */
export function openChild(watcher: Watcher): Child {
  let running: Running | undefined

  const reap = (child: Running) => {
    const code = host.childEnd(child.pid)
    if (code === -EAGAIN) return
    if (child.fd >= 0) {
      watcher.forget(child.fd)
      host.close(child.fd)
    }
    running = undefined
    child.tell?.(code === 0 ? 0 : EIO)
  }
  const giveUp = (child: Running, errno: number, at: Instant) => {
    const { tell } = child
    host.childKill(child.pid)
    child.tell = undefined
    child.until = after(at, REAP_GAP)
    tell?.(errno)
  }
  return {
    run({ path, timeout }, tell) {
      if (running !== undefined) return tell(EBUSY)
      const at = host.now()
      const pid = host.childStart(path)
      if (pid < 0) return tell(-pid)
      const fd = host.childWatch(pid)
      const child: Running = { pid, fd, until: after(at, timeout), tell }
      running = child
      if (fd < 0) giveUp(child, -fd, at)
      else watcher.watch(fd, POLL_IN, () => reap(child))
    },
    expire(at) {
      if (running === undefined || !isDue(running.until, at)) return
      if (running.tell !== undefined) return giveUp(running, ETIMEDOUT, at)
      running.until = after(at, REAP_GAP)
      reap(running)
    },
    nextDeadline: () => running?.until,
  }
}
