import type { Effect, ProbeId } from '../machine.ts'
import { after, earlier, type Instant, isDue } from '../units.ts'
import { encodeIpv4 } from '../wire/text-address.ts'
import { ETIMEDOUT } from './errno.ts'
import { POLL_OUT, type Watcher } from './poll.ts'

/** TCP connections under way for the checks. */
export interface Probes {
  start(effect: Effect & { readonly kind: 'probe_start' }, at: Instant): void
  cancel(probe: ProbeId): void
  /** Gives up those whose time is over. */
  expire(at: Instant): void
  nextDeadline(): Instant | undefined
  count(): number
}

/** Each probe that is started and not cancelled gives one answer: 0 or a positive errno. */
export function openProbes(
  watcher: Watcher,
  answer: (probe: ProbeId, errno: number) => void,
): Probes {
  const running = new Map<ProbeId, { readonly fd: number; readonly until: Instant }>()

  const end = (probe: ProbeId) => {
    const fd = running.get(probe)?.fd
    if (fd === undefined) return
    running.delete(probe)
    watcher.forget(fd)
    host.close(fd)
  }
  return {
    start({ probe, address, port, timeout }, at) {
      end(probe)
      const fd = host.tcpConnect(addressNumber(address), port)
      if (fd < 0) {
        answer(probe, -fd)
        return
      }
      running.set(probe, { fd, until: after(at, timeout) })
      watcher.watch(fd, POLL_OUT, () => {
        const errno = -host.socketError(fd)
        end(probe)
        answer(probe, errno)
      })
    },
    cancel: end,
    expire(at) {
      for (const [probe, { until }] of running) {
        if (!isDue(until, at)) continue
        end(probe)
        answer(probe, ETIMEDOUT)
      }
    },
    nextDeadline() {
      let next: Instant | undefined
      for (const { until } of running.values())
        next = next === undefined ? until : earlier(next, until)
      return next
    },
    count: () => running.size,
  }
}

function addressNumber(address: string): number {
  const { buffer, byteOffset } = encodeIpv4(address)
  return new DataView(buffer, byteOffset, 4).getUint32(0)
}
