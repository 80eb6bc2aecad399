/** VIPs of an instance that come and go while the director runs; the role stays as it is. */

import type { VrrpInstanceConfig } from '../../model/node-config.ts'
import { item } from '../never.ts'
import { newTicket, note, type Turn } from '../state.ts'
import { after, type Instant, microseconds, milliseconds, seconds } from '../units.ts'
import { type Address, parseAddress } from '../wire/address.ts'
import { announceAdded } from './announce.ts'
import { renewFrames } from './frames.ts'
import type { InstanceState, VipChange } from './state.ts'

/** Thousands of addresses come and go in pieces, behind whatever else the kernel is asked. */
const CHANGE_TIMEOUT = seconds(10)
const RETRY_MIN = milliseconds(100)
const RETRY_MAX = milliseconds(5_000)
/** errno of a change that nobody answered. */
const ETIMEDOUT = 110

/** All VIPs of an instance, those in adverts first. */
export const addressesOf = ({
  addresses,
  more_addresses = [],
}: VrrpInstanceConfig): readonly Address[] =>
  [...addresses, ...more_addresses].map(text => parseAddress(text) ?? 0)

const prefixesOf = ({ addresses, more_addresses = [] }: VrrpInstanceConfig) => [
  ...addresses,
  ...more_addresses,
]

/**
 * Asks the kernel to hold the VIPs that the config has now. Adverts and announcements follow when
 * it was seen to do so.
 *
 * @param before the config of the instance until now
 */
export function beginVipChange(
  turn: Turn,
  instance: InstanceState,
  before: VrrpInstanceConfig,
): void {
  const { state } = turn
  const config = item(state.config.vrrp.instances, instance.index)
  // One that is not done yet is done no more.
  const pending = state.changing.find(each => each.instance === instance.index)
  state.changing = state.changing.filter(each => each !== pending)
  const change: VipChange = {
    instance: instance.index,
    addresses: addressesOf(config),
    listed: config.addresses.length,
    prefixes: prefixesOf(config),
    ticket: undefined,
    dueAt: turn.at,
    ...{ failures: 0, errno: 0 },
    held: pending?.held ?? prefixesOf(before),
  }
  state.changing.push(change)
  ask(turn, change)
}

/** Takes the kernel's answer. @returns false: it is the answer to something else */
export function settleVipChange(turn: Turn, ticket: number, errno: number): boolean {
  const change = turn.state.changing.find(each => each.ticket === ticket)
  if (change === undefined) return false
  change.ticket = undefined
  if (errno !== 0) refused(turn, change, errno)
  else adopt(turn, change)
  return true
}

/** An answer is overdue, or it is time to ask again. */
export function wakeVipChanges(turn: Turn): void {
  for (const change of [...turn.state.changing]) {
    if (change.dueAt > turn.at) continue
    if (change.ticket === undefined) ask(turn, change)
    else settleVipChange(turn, change.ticket, ETIMEDOUT)
  }
}

/** When that is. */
export function vipChangeDeadline(changing: readonly VipChange[]): Instant | undefined {
  let next: Instant | undefined
  for (const { dueAt } of changing) if (next === undefined || dueAt < next) next = dueAt
  return next
}

function ask(turn: Turn, change: VipChange): void {
  const { name, index } = item(turn.state.instances, change.instance)
  change.ticket = newTicket(turn.state, index + 1)
  change.dueAt = after(turn.at, CHANGE_TIMEOUT)
  const { ticket, prefixes } = change
  turn.effects.push({ kind: 'set_vips', ticket, instance: name, addresses: prefixes })
}

function refused(turn: Turn, change: VipChange, errno: number): void {
  change.failures += 1
  change.errno = errno
  const wait = Math.min(RETRY_MIN << Math.min(change.failures - 1, 6), RETRY_MAX)
  change.dueAt = after(turn.at, microseconds(wait))
  if (change.failures > 1) return
  note(turn, 'alarm', 'vips_not_changed', item(turn.state.instances, change.instance).name, {
    errno,
  })
}

function adopt(turn: Turn, change: VipChange): void {
  const { state } = turn
  const instance = item(state.instances, change.instance)
  const before = new Set(instance.addresses)
  const added: number[] = []
  change.addresses.forEach((address, index) => {
    if (!before.has(address)) added.push(index)
  })
  const removed = before.size - (change.addresses.length - added.length)
  state.changing = state.changing.filter(each => each !== change)
  instance.addresses = change.addresses
  instance.listed = change.listed
  instance.conflicts = instance.conflicts.filter(({ address }) =>
    change.addresses.includes(address),
  )
  renewFrames(turn, instance)
  announceAdded(turn, instance, added)
  note(turn, 'info', 'vips_changed', instance.name, { added: added.length, removed })
}
