import { errnoName } from '../kernel/errno.ts'
import { after, type Duration, type Instant, isDue, milliseconds, seconds } from '../units.ts'
import { EAGAIN } from './errno.ts'
import { POLL_IN, type Watcher } from './poll.ts'

/** A supervisor that has ended is started again no sooner than this. */
const RESTART_GAP = seconds(1)

/** The process that closes the VIPs when this one has ended or is silent. */
export interface Supervisor {
  /** From now on the loop has to give signs of life, or has not. */
  watchLoop(isWatched: boolean): void
  expire(at: Instant): void
  nextDeadline(): Instant | undefined
  isRunning(): boolean
  restarts(): number
  readonly limit: Duration
}

/** Starts it, and starts it again when it has ended. */
export function openSupervisor(
  limit: Duration,
  priority: number,
  watcher: Watcher,
  say: (line: string) => void,
): Supervisor {
  const buffer = new Uint8Array(16)
  let fd: number | undefined
  let isWatched = false
  let restarts = 0
  let startAt: Instant | undefined

  const start = (at: Instant) => {
    const started = host.supervise(priority)
    startAt = started < 0 ? after(at, RESTART_GAP) : undefined
    if (started < 0) {
      say(`directord: alarm: no supervisor (${errnoName(-started)})`)
      return
    }
    fd = started
    if (isWatched) host.arm(started, limit)
    watcher.watch(started, POLL_IN, () => {
      if (host.read(started, buffer) === -EAGAIN) return
      watcher.forget(started)
      host.close(started)
      fd = undefined
      restarts += 1
      startAt = after(host.now(), RESTART_GAP)
      say('directord: alarm: the supervisor has ended; it is started again')
    })
  }
  start(host.now())
  return {
    limit,
    watchLoop(wanted) {
      if (isWatched === wanted) return
      isWatched = wanted
      if (fd !== undefined) host.arm(fd, wanted ? limit : milliseconds(0))
    },
    expire(at) {
      if (startAt !== undefined && isDue(startAt, at)) start(at)
    },
    nextDeadline: () => startAt,
    isRunning: () => fd !== undefined,
    restarts: () => restarts,
  }
}
