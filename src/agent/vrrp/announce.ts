/**
 * Gratuitous ARP and unsolicited neighbour advertisements: at once, in bounded batches, in rounds,
 * and again from time to time.
 */

import { item } from '../never.ts'
import type { Turn } from '../state.ts'
import { after, between, type Instant, isDue, milliseconds, seconds } from '../units.ts'
import { announcementOf } from './announcement.ts'
import { macOf } from './source.ts'
import type { Announcing, InstanceState } from './state.ts'

/** The pace is kept in windows: a whole window at once, then nothing until the next. */
export const ARP_WINDOW = milliseconds(20)
const WINDOWS_PER_S = 50
export const ARP_ROUND_GAP = milliseconds(2_000)
/** A claim of another router is answered by a new announcement at most this often. */
export const ARP_AGAIN_GAP = milliseconds(1_000)

/** Of the whole node; more, and switches drop them and adverts come late. */
export const announceLimits = ({ config }: Turn['state']) => {
  const { repeat = 2, rate_per_s = 3_200, refresh_s } = config.vrrp.announce ?? {}
  return { repeat, rate_per_s, refresh_s }
}

/** Starts over with the first round; as much of it as the window allows goes out in this turn. */
export function startAnnouncing(turn: Turn, instance: InstanceState): void {
  instance.announcing = { round: 1, next: 0, nextAt: turn.at, only: undefined }
  instance.announcedAt = turn.at
  continueAnnouncing(turn, instance)
}

/**
 * VIPs have come, and the indexes of all may have moved: announces those that came, or goes over
 * all of them again where that was not done yet.
 */
export function announceAdded(turn: Turn, instance: InstanceState, added: readonly number[]): void {
  if (instance.vips.is !== 'open') return
  if (isUnderWay(turn, instance)) startAnnouncing(turn, instance)
  else if (added.length > 0) {
    instance.announcing = { round: 1, next: 0, nextAt: turn.at, only: added }
    continueAnnouncing(turn, instance)
  }
}

// One that waits for its refresh is not.
function isUnderWay(turn: Turn, { announcing, announcedAt }: InstanceState): boolean {
  if (announcing === undefined || announcedAt === undefined) return false
  const { repeat } = announceLimits(turn.state)
  const isYoung = between(announcedAt, turn.at) < repeat * ARP_ROUND_GAP
  return announcing.next > 0 || announcing.only !== undefined || isYoung
}

/** Announces once more, after another router claimed the same VIPs. */
export function announceAgain(turn: Turn, instance: InstanceState): void {
  const last = instance.announcedAt
  if (last !== undefined && between(last, turn.at) < ARP_AGAIN_GAP) return
  startAnnouncing(turn, instance)
}

/**
 * Announces one VIP, because somebody else claims it.
 *
 * @returns when to try again: the pace leaves no room now; `closed`: it is not ours to announce
 */
export function announceOne(
  turn: Turn,
  instance: InstanceState,
  index: number,
): 'sent' | 'closed' | Instant {
  if (instance.vips.is !== 'open') return 'closed'
  if (allowed(turn) <= 0) return after(turn.state.loop.arpWindowAt, ARP_WINDOW)
  sendOne(turn, instance, index)
  return 'sent'
}

/** Sends what the window still allows. */
export function continueAnnouncing(turn: Turn, instance: InstanceState): void {
  const { announcing } = instance
  if (announcing === undefined) return
  const { only } = announcing
  const count = only?.length ?? instance.addresses.length
  const end = Math.min(announcing.next + allowed(turn), count)
  for (let at = announcing.next; at < end; at += 1) {
    sendOne(turn, instance, only === undefined ? at : item(only, at))
  }
  announcing.next = end
  instance.announcing = scheduled(turn, announcing, count)
}

function sendOne(turn: Turn, instance: InstanceState, index: number): void {
  const { name } = item(turn.state.interfaces, instance.interface)
  const mac = macOf(turn.state, instance)
  // It has one by now: the adverts come from it.
  if (mac === undefined) return
  const frame = announcementOf(instance, mac, index)
  turn.effects.push({ kind: 'send', interface: name, frame })
  instance.counters[instance.family === 4 ? 'arps_sent' : 'neighbours_sent'] += 1
  turn.state.loop.arps_in_window += 1
}

function allowed(turn: Turn): number {
  const { loop } = turn.state
  if (isDue(after(loop.arpWindowAt, ARP_WINDOW), turn.at)) {
    loop.arpWindowAt = turn.at
    loop.arps_in_window = 0
  }
  const { rate_per_s } = announceLimits(turn.state)
  return Math.max(1, Math.floor(rate_per_s / WINDOWS_PER_S)) - loop.arps_in_window
}

function scheduled(turn: Turn, announcing: Announcing, count: number): Announcing | undefined {
  const { round, next, only } = announcing
  if (next < count) {
    return { round, next, nextAt: after(turn.state.loop.arpWindowAt, ARP_WINDOW), only }
  }
  const { repeat, refresh_s } = announceLimits(turn.state)
  if (round < repeat) {
    return { round: round + 1, next: 0, nextAt: after(turn.at, ARP_ROUND_GAP), only }
  }
  if (refresh_s === undefined) return undefined
  return { round: repeat, next: 0, nextAt: after(turn.at, seconds(refresh_s)), only: undefined }
}
