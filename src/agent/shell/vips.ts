import { errnoText } from '../control/errno-text.ts'
import { EBUSY } from '../kernel/errno.ts'
import type { NetworkView } from '../kernel/network-view.ts'
import { converse } from '../kernel/run.ts'
import { andThen, done, type Failure } from '../kernel/talk.ts'
import { auditVip } from '../kernel/vip-audit.ts'
import type { MadeVipDevice } from '../kernel/vip-device.ts'
import { flip, type VipState } from '../kernel/vip-flip.ts'
import { flipTogether } from '../kernel/vip-flip-group.ts'
import { repairAddresses } from '../kernel/vip-prepare.ts'
import { hasCarrierAllTheSame } from '../kernel/vip-verdict.ts'
import { after, type Instant, isDue, seconds } from '../units.ts'
import type { OpenKernel } from './kernel-port.ts'
import type { Tasks } from './tasks.ts'

/** So often one device is looked at; each in its turn. */
const AUDIT_GAP = seconds(2)
/** A device that is not as it was made so many times in a row has to be made anew. */
const FAILURES_MAX = 3

/** The VIP devices: what they were told, and whether the kernel still holds it. */
export interface Vips {
  /** Opens or closes all of these that it has, and reads back; `settle` answers each once. */
  flip(instances: readonly string[], to: VipState, settle: Settle): void
  /**
   * Its VIPs are these from now on, 4 or 16 bytes each, whether it is open or closed; answers once,
   * with 0 or a positive errno, when they were read back. Others' instances are passed over.
   */
  set(instance: string, addresses: readonly Uint8Array[], settle: (errno: number) => void): void
  /** The kernel has removed a link; if it was a VIP device the agent has to start anew. */
  gone(index: number): void
  /** Links have changed: a device that is closed and has got a carrier is closed again. */
  look(view: NetworkView): void
  expire(at: Instant): void
  nextDeadline(): Instant | undefined
  /** Values and addresses that someone else had changed and that were put right. */
  readonly repairs: () => number
}

/** 0 or a positive errno. */
export type Settle = (instance: string, errno: number) => void

interface Held {
  device: MadeVipDevice
  state: VipState
  failures: number
}

export interface VipsEnds {
  /** A device cannot be put right: the agent has to start anew. */
  readonly lost: () => void
  /** Something is open, so the loop has to give signs of life from now on; or nothing is. */
  readonly watchLoop: (isWatched: boolean) => void
}

/**
 * Takes charge of the devices, which are closed.
 *
 * @param say a line for the console
 */
export function openVips(
  devices: readonly MadeVipDevice[],
  kernel: OpenKernel,
  tasks: Tasks,
  say: (line: string) => void,
  { lost, watchLoop }: VipsEnds,
): Vips {
  const held: Held[] = devices.map(device => ({ device, state: 'closed', failures: 0 }))
  const byInstance = new Map(held.map(each => [each.device.instance, each] as const))
  let auditAt = after(host.now(), AUDIT_GAP)
  const { flipNow, flipAll } = flipsOver(kernel, say)
  const auditor = auditorOf(held, flipNow, { tasks, say, lost })

  return {
    flip(instances, to, settle) {
      const meant = instances.flatMap(name => byInstance.get(name) ?? [])
      if (meant.length === 0) return
      if (to === 'open') watchLoop(true)
      const together = flipAll(meant, to)
      for (const each of meant) {
        const errno = together ? 0 : flipNow(each, to)
        // What did not open was closed again.
        each.state = errno === 0 ? to : 'closed'
        settle(each.device.instance, errno)
      }
      if (held.every(({ state }) => state === 'closed')) watchLoop(false)
    },
    set(instance, addresses, settle) {
      const each = byInstance.get(instance)
      if (each !== undefined) setAddresses(each, addresses, { tasks, say, settle })
    },
    gone(index) {
      const each = held.find(({ device }) => device.index === index)
      if (each === undefined) return
      say(`directord: alarm: ${each.device.name} was deleted by someone else`)
      lost()
    },
    look(view) {
      for (const each of held) {
        const link = view.links.get(each.device.index)
        // What somebody has opened is the audit's, which says so.
        if (each.state === 'closed' && hasCarrierAllTheSame(link)) flipNow(each, 'closed')
      }
    },
    expire(at) {
      if (held.length === 0 || !isDue(auditAt, at)) return
      auditAt = after(at, AUDIT_GAP)
      auditor.next()
    },
    nextDeadline: () => (held.length === 0 ? undefined : auditAt),
    repairs: auditor.repairs,
  }
}

/** Looks at one after the other. */
function auditorOf(
  held: readonly Held[],
  flipNow: (each: Held, to: VipState) => number,
  { tasks, say, lost }: { tasks: Tasks; say(line: string): void; lost(): void },
) {
  let repairs = 0
  let turn = 0
  const reassert = (each: Held, step: string) => {
    each.failures += 1
    say(`directord: alarm: ${each.device.name} was changed by someone else: ${step}`)
    if (flipNow(each, each.state) === 0) repairs += 1
    else if (each.failures >= FAILURES_MAX) lost()
  }
  return {
    repairs: () => repairs,
    next() {
      const each = held[turn % held.length]
      if (each === undefined) return
      turn += 1
      tasks.add(
        auditVip(each.device, () => each.state),
        ({ repaired }) => {
          each.failures = 0
          repairs += repaired
          const { name } = each.device
          if (repaired > 0) say(`directord: alarm: ${name}: ${repaired} values were repaired`)
        },
        ({ step }) => reassert(each, step),
      )
    },
  }
}

function setAddresses(
  each: Held,
  addresses: readonly Uint8Array[],
  { tasks, say, settle }: { tasks: Tasks; say(line: string): void; settle(errno: number): void },
): void {
  const before = each.device
  each.device = { ...before, addresses }
  // What was added all the same is put right by the audit.
  const refuse = (errno: number) => {
    each.device = before
    settle(errno)
  }
  const fail = ({ errno, step }: Failure) => {
    say(`directord: cannot ${step}: ${errnoText(errno)}`)
    refuse(errno)
  }
  if (!tasks.add(repairAddresses(each.device), () => settle(0), fail)) refuse(EBUSY)
}

// A flip is a few exchanges of tens of microseconds: nothing comes between them.
function flipsOver(kernel: OpenKernel, say: (line: string) => void) {
  return {
    flipNow: (each: Held, to: VipState) =>
      converse<number>(
        andThen(flip(each.device, to), () => done(0)),
        kernel,
        ({ errno, step }) => {
          say(`directord: cannot ${step}: ${errnoText(errno)}`)
          return errno
        },
      ),
    // One that fails keeps the others from being flipped at once: then each is flipped alone.
    flipAll(several: readonly Held[], to: VipState): boolean {
      if (several.length < 2) return false
      const devices = several.map(({ device }) => device)
      const flipped = andThen(flipTogether(devices, to), () => done(true))
      return converse<boolean>(flipped, kernel, ({ errno, step }) => {
        say(`directord: cannot ${step}: ${errnoText(errno)}; each device alone`)
        return false
      })
    },
  }
}
