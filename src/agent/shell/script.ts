import { after, type Duration, type Instant, isDue } from '../units.ts'
import { EAGAIN } from './errno.ts'
import { POLL_IN, type Watcher } from './poll.ts'

/** Something that is looked at in turn. */
export interface Script {
  expire(at: Instant): void
  nextDeadline(): Instant | undefined
}

interface Running {
  readonly pid: number
  readonly fd: number
  readonly until: Instant
  isKilled: boolean
}

/**
 * Runs a program again and again, one at a time, and never waits for it: its exit code is told, 0
 * or not. One that takes too long is killed with all that it has started, and counts as failed.
 */
export function openScript(
  script: { readonly path: string; readonly interval: Duration; readonly timeout: Duration },
  watcher: Watcher,
  tell: (down: number) => void,
): Script {
  let nextAt = host.now()
  let running: Running | undefined
  let stray = 0

  const ended = (child: Running) => {
    const code = host.childEnd(child.pid)
    if (code === -EAGAIN) return
    watcher.forget(child.fd)
    host.close(child.fd)
    running = undefined
    tell(code === 0 && !child.isKilled ? 0 : 1)
  }
  const start = (at: Instant) => {
    nextAt = after(at, script.interval)
    if (stray > 0) host.childEnd(stray)
    const pid = host.childStart(script.path)
    const fd = pid < 0 ? pid : host.childWatch(pid)
    if (fd < 0) {
      // It runs unseen where it cannot be watched: it is ended, and reaped with the next one.
      if (pid > 0) host.childKill(pid)
      stray = pid
      tell(1)
      return
    }
    const child: Running = { pid, fd, until: after(at, script.timeout), isKilled: false }
    running = child
    watcher.watch(fd, POLL_IN, () => ended(child))
  }
  return {
    expire(at) {
      if (running === undefined) {
        if (isDue(nextAt, at)) start(at)
        return
      }
      if (running.isKilled || !isDue(running.until, at)) return
      running.isKilled = true
      host.childKill(running.pid)
    },
    nextDeadline() {
      if (running === undefined) return nextAt
      return running.isKilled ? undefined : running.until
    },
  }
}
