import { errnoText } from '../control/errno-text.ts'
import { addMoving, type Moving, removeMoving, repairMoving } from '../kernel/moving.ts'
import { converse, type KernelPort } from '../kernel/run.ts'
import { andThen, done, type Talk } from '../kernel/talk.ts'
import type { VipState } from '../kernel/vip-flip.ts'
import { after, earlier, isDue, seconds } from '../units.ts'
import type { Settle, Vips, VipsEnds } from './vips.ts'

/** So often the routes of one instance are looked at; each in its turn. */
const AUDIT_GAP = seconds(2)
/** What cannot be put right so many times in a row has to be made anew. */
const FAILURES_MAX = 3

interface Held {
  readonly moving: Moving
  state: VipState
  failures: number
}

interface Ends extends Pick<VipsEnds, 'lost'> {
  readonly say: (line: string) => void
}

/**
 * VIPs with the routes, rules and blocks that follow them: added once the VIPs are open, removed
 * once they are closed, and read back before either is answered. Without them VIPs are not open.
 */
export function withMoving(
  vips: Vips,
  several: readonly Moving[],
  kernel: KernelPort,
  ends: Ends,
): Vips {
  if (several.length === 0) return vips
  const held: Held[] = several.map(moving => ({ moving, state: 'closed', failures: 0 }))
  const byInstance = new Map(held.map(each => [each.moving.instance, each] as const))
  const auditor = auditorOf(held, kernel, ends)
  let auditAt = after(host.now(), AUDIT_GAP)

  const hold = (talk: Talk<void>): number =>
    converse<number>(
      andThen(talk, () => done(0)),
      kernel,
      ({ errno, step }) => {
        ends.say(`directord: cannot ${step}: ${errnoText(errno)}`)
        return errno
      },
    )
  const opened = (each: Held, settle: Settle) => {
    const { instance } = each.moving
    const errno = hold(addMoving(each.moving))
    each.state = errno === 0 ? 'open' : 'closed'
    if (errno === 0) return settle(instance, 0)
    hold(removeMoving(each.moving))
    vips.flip([instance], 'closed', () => settle(instance, errno))
  }
  const closed = (each: Held, errno: number, settle: Settle) => {
    each.state = 'closed'
    const left = hold(removeMoving(each.moving))
    settle(each.moving.instance, errno === 0 ? left : errno)
  }

  return {
    flip(instances, to, settle) {
      vips.flip(instances, to, (instance, errno) => {
        const each = byInstance.get(instance)
        if (each === undefined) settle(instance, errno)
        else if (to === 'closed') closed(each, errno, settle)
        else if (errno === 0) opened(each, settle)
        else settle(instance, errno)
      })
    },
    set: vips.set,
    gone: vips.gone,
    look: vips.look,
    expire(at) {
      vips.expire(at)
      if (!isDue(auditAt, at)) return
      auditAt = after(at, AUDIT_GAP)
      auditor.next()
    },
    nextDeadline: () => earlier(auditAt, vips.nextDeadline() ?? auditAt),
    repairs: () => vips.repairs() + auditor.repairs(),
  }
}

/** Looks at one after the other. */
function auditorOf(held: readonly Held[], kernel: KernelPort, { say, lost }: Ends) {
  let repairs = 0
  let turn = 0
  const repaired = (each: Held, count: number) => {
    each.failures = 0
    repairs += count
    const { instance } = each.moving
    if (count > 0) say(`directord: alarm: ${count} routes or rules of ${instance} were repaired`)
  }
  const refused = (each: Held, step: string) => {
    each.failures += 1
    say(`directord: alarm: the routes of ${each.moving.instance} cannot be repaired: ${step}`)
    if (each.failures >= FAILURES_MAX) lost()
  }
  return {
    repairs: () => repairs,
    next() {
      const each = held[turn % held.length]
      if (each === undefined) return
      turn += 1
      const talk = andThen(repairMoving(each.moving, each.state), count =>
        done(repaired(each, count)),
      )
      converse<void>(talk, kernel, ({ step }) => refused(each, step))
    },
  }
}
