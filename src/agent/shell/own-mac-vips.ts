import { errnoText } from '../control/errno-text.ts'
import { EBUSY, ECANCELED } from '../kernel/errno.ts'
import { auditOwnMac } from '../kernel/own-mac-audit.ts'
import { deleteOwnMac, openOwnMac, shutGates } from '../kernel/own-mac-flip.ts'
import type { OwnMacVips } from '../kernel/own-mac-vips.ts'
import { converse, type KernelPort } from '../kernel/run.ts'
import { andThen, type Failure, recover, type Talk } from '../kernel/talk.ts'
import type { VipState } from '../kernel/vip-flip.ts'
import { after, isDue, seconds } from '../units.ts'
import type { Tasks } from './tasks.ts'
import type { Settle, Vips, VipsEnds } from './vips.ts'

/** So often the VIPs of one instance are looked at; each in its turn. */
const AUDIT_GAP = seconds(2)
/** A gate that is not as it was made so many times in a row has to be made anew. */
const FAILURES_MAX = 3

interface Held {
  readonly vips: OwnMacVips
  /** What the core wants. */
  state: VipState
  /** Flips of it that are under way. */
  moving: number
  failures: number
}

/** What the parts of this file act on. */
interface Ends extends VipsEnds {
  /** For these VIPs alone: what is asked later is done later. */
  readonly tasks: Tasks
  readonly say: (line: string) => void
}

type Run = (moved: readonly Held[], to: VipState, settle: Settle) => void

/**
 * Takes charge of the VIPs without virtual MAC, none of which is there. They are added and deleted
 * a piece in a turn, since thousands take tenths of a second; their gates are shut at once.
 */
export function openOwnMacVips(
  several: readonly OwnMacVips[],
  kernel: KernelPort,
  ends: Ends,
): Vips {
  const held: Held[] = several.map(vips => ({ vips, state: 'closed', moving: 0, failures: 0 }))
  const run = runnerOf(held, ends)
  const auditor = auditorOf(held, run, ends)
  let auditAt = after(host.now(), AUDIT_GAP)

  return {
    flip(instances, to, settle) {
      const meant = held.filter(({ vips }) => instances.includes(vips.instance))
      if (meant.length === 0) return
      const shut = shutGates(meant.map(({ vips }) => vips))
      if (to === 'open') ends.watchLoop(true)
      // What fails here is said when the task does it again.
      else converse<void>(shut, kernel, () => undefined)
      run(meant, to, settle)
    },
    // The core refuses that: their gates and closing messages are made at the start.
    set: () => undefined,
    gone(index) {
      const each = held.find(({ vips }) => vips.parent.index === index)
      if (each === undefined) return
      ends.say(`directord: alarm: the interface of ${each.vips.name} was deleted by someone else`)
      ends.lost()
    },
    // A gate is no device, and has no carrier.
    look: () => undefined,
    expire(at) {
      if (held.length === 0 || !isDue(auditAt, at)) return
      auditAt = after(at, AUDIT_GAP)
      auditor.next()
    },
    nextDeadline: () => (held.length === 0 ? undefined : auditAt),
    repairs: auditor.repairs,
  }
}

/** Moves some of them in the background, and answers for each. */
function runnerOf(held: readonly Held[], { tasks, say, watchLoop }: Ends): Run {
  return (moved, to, settle) => {
    const end = (errno: number) => {
      for (const each of moved) {
        each.moving -= 1
        settle(each.vips.instance, errno === 0 && each.state !== to ? ECANCELED : errno)
      }
      if (held.every(({ state, moving }) => state === 'closed' && moving === 0)) watchLoop(false)
    }
    const fail = ({ errno, step }: Failure) => {
      say(`directord: cannot ${step}: ${errnoText(errno)}`)
      // What did not open was closed again.
      for (const each of moved) if (each.moving === 1) each.state = 'closed'
      end(errno)
    }
    for (const each of moved) {
      each.state = to
      each.moving += 1
    }
    // The talk is made after that: it asks for the states while it is made.
    if (!tasks.add(talkTo(moved, to), () => end(0), fail)) end(EBUSY)
  }
}

/** Looks at one after the other, when nothing moves. */
function auditorOf(held: readonly Held[], run: Run, { tasks, say, lost }: Ends) {
  let repairs = 0
  let turn = 0
  const reassert = (each: Held, step: string) => {
    if (each.moving > 0) return
    each.failures += 1
    say(`directord: alarm: ${each.vips.name} was changed by someone else: ${step}`)
    if (each.failures >= FAILURES_MAX) lost()
    run([each], each.state, (_, errno) => {
      if (errno === 0) repairs += 1
    })
  }
  return {
    repairs: () => repairs,
    next() {
      const each = held[turn % held.length]
      if (each === undefined || tasks.hasWork()) return
      turn += 1
      tasks.add(
        auditOwnMac(each.vips, each.state),
        ({ repaired }) => {
          each.failures = 0
          repairs += repaired
          const { name } = each.vips
          if (repaired > 0) say(`directord: alarm: ${name}: ${repaired} values were repaired`)
        },
        ({ step }) => reassert(each, step),
      )
    },
  }
}

function talkTo(several: readonly Held[], to: VipState): Talk<void> {
  const vips = several.map(each => each.vips)
  const close = () => andThen(shutGates(vips), () => deleteOwnMac(vips))
  if (to === 'closed') return close()
  const isWanted = (one: OwnMacVips) =>
    several.some(each => each.vips === one && each.state === 'open')
  return recover<void>(openOwnMac(vips, isWanted), failure => {
    const report = (): Talk<never> => ({ kind: 'failed', failure })
    return recover(andThen(close(), report), report)
  })
}
