/** Who holds the VIPs of an instance, as the kernel was seen to hold them; never as assumed. */

import { type DirectorState, newTicket, note, type Turn } from '../state.ts'
import { after, type Instant, microseconds, milliseconds } from '../units.ts'
import type { InstanceState, Vips } from './state.ts'

/** The kernel answers in well under a millisecond; without an answer the flip has failed. */
export const FLIP_TIMEOUT = milliseconds(1_000)
/** Without a virtual MAC the kernel takes its time for each VIP. */
const FLIP_TIMEOUT_A_VIP = milliseconds(1)
const CLOSE_RETRY_MIN = milliseconds(100)
const CLOSE_RETRY_MAX = milliseconds(5_000)
/** errno of a flip that nobody answered. */
const ETIMEDOUT = 110

export type Settled = 'opened' | 'open_failed' | 'closed' | 'close_failed' | 'stale'

export const unknownVips = (at: Instant): Vips => ({
  is: 'unknown',
  since: at,
  ticket: undefined,
  dueAt: undefined,
  failures: 0,
  errno: 0,
})

/** Asks the kernel to open the VIPs; nothing is announced before it was seen to have done so. */
export const openVips = (turn: Turn, instance: InstanceState) => flip(turn, instance, 'open')

/** Asks the kernel to close the VIPs, unless they are known to be closed or are being closed. */
export function closeVips(turn: Turn, instance: InstanceState): void {
  instance.announcing = undefined
  if (instance.vips.is === 'closed' || instance.vips.is === 'closing') return
  flip(turn, instance, 'closed')
}

/** Takes the kernel's answer to a flip. An answer to an older flip changes nothing. */
export function settleFlip(
  turn: Turn,
  instance: InstanceState,
  ticket: number | undefined,
  errno: number,
): Settled {
  const { vips } = instance
  if (ticket === undefined || vips.ticket !== ticket) {
    turn.state.loop.stale_answers += 1
    return 'stale'
  }
  vips.ticket = undefined
  vips.errno = errno
  if (errno !== 0) return refused(turn, instance)
  vips.is = vips.is === 'opening' ? 'open' : 'closed'
  vips.since = turn.at
  vips.dueAt = undefined
  vips.failures = 0
  return vips.is === 'open' ? 'opened' : 'closed'
}

/** Its deadline has come: an answer is overdue, or closing is to be tried again. */
export function onFlipDue(turn: Turn, instance: InstanceState): Settled | undefined {
  const { ticket } = instance.vips
  if (ticket !== undefined) return settleFlip(turn, instance, ticket, ETIMEDOUT)
  flip(turn, instance, 'closed')
  return undefined
}

/** Whether every VIP of the node was seen to be closed. */
export const areAllClosed = (state: DirectorState) =>
  state.instances.every(instance => instance.vips.is === 'closed')

const flipTimeout = ({ onOwnMac, addresses }: InstanceState) =>
  microseconds(FLIP_TIMEOUT + (onOwnMac ? FLIP_TIMEOUT_A_VIP * addresses.length : 0))

function flip(turn: Turn, instance: InstanceState, to: 'open' | 'closed'): void {
  const ticket = newTicket(turn.state, instance.index + 1)
  const { vips } = instance
  vips.is = to === 'open' ? 'opening' : 'closing'
  vips.since = turn.at
  vips.ticket = ticket
  vips.dueAt = after(turn.at, flipTimeout(instance))
  turn.effects.push({ kind: 'flip', ticket, instance: instance.name, to })
}

function refused(turn: Turn, instance: InstanceState): Settled {
  const { vips } = instance
  vips.failures += 1
  if (vips.is === 'opening') {
    vips.dueAt = undefined
    return 'open_failed'
  }
  const wait = Math.min(CLOSE_RETRY_MIN << Math.min(vips.failures - 1, 6), CLOSE_RETRY_MAX)
  vips.dueAt = after(turn.at, microseconds(wait))
  if (vips.failures === 1) {
    note(turn, 'alarm', 'close_failed', instance.name, { errno: vips.errno })
  }
  return 'close_failed'
}
