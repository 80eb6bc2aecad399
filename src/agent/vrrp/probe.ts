/**
 * Asks who has a VIP before it is taken over: an ARP probe (RFC 5227 section 2.1.1), of IPv6 a
 * neighbour solicitation from the unspecified address.
 *
 * It is asked while the down timer runs anyway, so that the question costs no time. The kernel of
 * the active router answers, even where its adverts are lost on the way.
 */

import { item } from '../never.ts'
import { note, type Turn } from '../state.ts'
import {
  after,
  between,
  type Duration,
  earlier,
  type Instant,
  isDue,
  milliseconds,
} from '../units.ts'
import { formatAddress } from '../wire/address.ts'
import { encodeArpProbe } from '../wire/arp.ts'
import { parseMac } from '../wire/ethernet.ts'
import { encodeNeighbourProbe } from '../wire/neighbour.ts'
import type { InstanceState } from './state.ts'

/** So long before the down timer runs out it is asked; half an interval if that is less. */
const LEAD_MAX = milliseconds(200)
/** While a takeover is held back by an answer it is asked again after this. */
export const PROBE_GAP = milliseconds(300)
/** An answer counts so long: two questions may be lost. */
export const ANSWER_MAX = milliseconds(900)

/** How long an answer is waited for. */
export const leadOf = ({ router }: InstanceState): Duration =>
  Math.min(LEAD_MAX, Math.floor(router.interval / 2)) as Duration

/** When the running down timer wants the question asked; undefined: never, or it was. */
export function probeDue(instance: InstanceState): Instant | undefined {
  const { router, probe } = instance
  if (router.role !== 'backup' || router.downAt === undefined) return undefined
  const due = after(router.downAt, -leadOf(instance) as Duration)
  return probe !== undefined && probe.at >= due ? undefined : due
}

/** Asks, if the down timer is about to run out; once it has, the answer would come too late. */
export function wakeProbe(turn: Turn, instance: InstanceState): void {
  const { downAt } = instance.router
  const due = probeDue(instance)
  if (due === undefined || !isDue(due, turn.at)) return
  if (downAt !== undefined && !isDue(downAt, turn.at)) ask(turn, instance)
}

/** Asks once more unless it was asked just now. */
export function askAgain(turn: Turn, instance: InstanceState): void {
  const { probe } = instance
  if (probe === undefined || between(probe.at, turn.at) >= PROBE_GAP) ask(turn, instance)
}

/** When the last question matters next: its time to answer is over, or it is due again. */
export function nextLook(instance: InstanceState, at: Instant): Instant | undefined {
  const { probe } = instance
  if (probe === undefined) return undefined
  const asked = after(probe.since, leadOf(instance))
  const answered = after(probe.answeredAt ?? probe.since, ANSWER_MAX)
  let next = after(probe.at, PROBE_GAP)
  for (const look of [asked, answered]) if (!isDue(look, at)) next = earlier(look, next)
  return next
}

/** Whether the VIP was not asked for lately, or the answer may still be on its way. */
export function isAsking(instance: InstanceState, at: Instant): boolean {
  const { probe } = instance
  return probe === undefined || between(probe.since, at) < leadOf(instance)
}

/** Whether the active router has answered for the VIP so lately that it counts. */
export function isAnswered({ probe }: InstanceState, at: Instant): boolean {
  return probe?.answeredAt !== undefined && between(probe.answeredAt, at) < ANSWER_MAX
}

/** The active router has the VIP: what it means depends on what else is heard. */
export function onAnswer(turn: Turn, instance: InstanceState, mac: string): void {
  const { probe } = instance
  if (probe === undefined || between(probe.at, turn.at) > ANSWER_MAX) return
  if (probe.answeredAt === undefined) {
    const address = formatAddress(item(instance.addresses, 0))
    note(turn, 'warning', 'vip_answered', instance.name, { address, mac })
  }
  instance.probe = { ...probe, answeredAt: turn.at }
}

function ask(turn: Turn, instance: InstanceState): void {
  const { at } = turn
  const { probe } = instance
  const isNext = probe !== undefined && between(probe.at, at) <= 2 * PROBE_GAP
  instance.probe = isNext ? { ...probe, at } : { since: at, at, answeredAt: undefined }
  const link = item(turn.state.interfaces, instance.interface)
  const mac = parseMac(link.mac)
  const address = item(instance.addresses, 0)
  if (mac === undefined || link.up !== true) return
  const frame =
    typeof address === 'number' ? encodeArpProbe(mac, address) : encodeNeighbourProbe(mac, address)
  instance.counters.probes_sent += 1
  turn.effects.push({ kind: 'send', interface: link.name, frame })
}
