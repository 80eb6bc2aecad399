import { errnoName } from '../kernel/errno.ts'
import { after, type Instant, isDue, seconds } from '../units.ts'

const DEVICE = '/dev/watchdog'
/** Between two tries to open it: the driver may come later. */
const RETRY_GAP = seconds(10)
/** The character after which a driver lets the device be closed without a restart. */
const MAGIC_CLOSE = new Uint8Array([0x56])
const SIGN_OF_LIFE = new Uint8Array([0])

/** The hardware watchdog: it restarts the node when the loop does not feed it. */
export interface Watchdog {
  expire(at: Instant): void
  nextDeadline(): Instant | undefined
  isRunning(): boolean
  /** A clean end: the node goes on without an agent. */
  stop(): void
}

/** Opens the device with its timeout and feeds it four times within that. */
export function openWatchdog(timeout_s: number, say: (line: string) => void): Watchdog {
  let fd = -1
  let failure = 0
  let nextAt: Instant | undefined = host.now()

  const open = () => {
    fd = host.watchdog(DEVICE, timeout_s)
    if (fd >= 0) say(`directord: ${DEVICE} restarts this node ${timeout_s} s after the last word`)
    else if (fd !== failure) say(`directord: alarm: no watchdog: ${DEVICE}: ${errnoName(-fd)}`)
    failure = fd
  }
  return {
    expire(at) {
      if (nextAt === undefined || !isDue(nextAt, at)) return
      if (fd < 0) open()
      if (fd >= 0) host.write(fd, SIGN_OF_LIFE)
      nextAt = after(at, fd < 0 ? RETRY_GAP : seconds(timeout_s / 4))
    },
    nextDeadline: () => nextAt,
    isRunning: () => fd >= 0,
    stop() {
      nextAt = undefined
      if (fd < 0) return
      host.write(fd, MAGIC_CLOSE)
      host.close(fd)
      fd = -1
    },
  }
}
