/**
 * Gratuitous ARP and unsolicited neighbour advertisements: at once, in bounded batches, and all of
 * it once more a little later.
 */

import { item } from '../never.ts'
import type { Turn } from '../state.ts'
import { after, between, isDue, milliseconds } from '../units.ts'
import { encodeGratuitousArp } from '../wire/arp.ts'
import { virtualMac } from '../wire/ethernet.ts'
import { encodeUnsolicitedNeighbour } from '../wire/neighbour.ts'
import type { Announcing, InstanceState } from './state.ts'

/** Frames of the whole node in one window: more, and switches drop them and adverts come late. */
export const ARPS_PER_WINDOW = 64
export const ARP_WINDOW = milliseconds(20)
export const ARP_ROUND_GAP = milliseconds(2_000)
export const ARP_ROUNDS = 2
/** A claim of another router is answered by a new announcement at most this often. */
export const ARP_AGAIN_GAP = milliseconds(1_000)

/** Starts over with the first round; as much of it as the window allows goes out in this turn. */
export function startAnnouncing(turn: Turn, instance: InstanceState): void {
  instance.announcing = { round: 1, next: 0, nextAt: turn.at }
  instance.announcedAt = turn.at
  continueAnnouncing(turn, instance)
}

/** Announces once more, after another router claimed the same VIPs. */
export function announceAgain(turn: Turn, instance: InstanceState): void {
  const last = instance.announcedAt
  if (last !== undefined && between(last, turn.at) < ARP_AGAIN_GAP) return
  startAnnouncing(turn, instance)
}

/** Sends what the window still allows. */
export function continueAnnouncing(turn: Turn, instance: InstanceState): void {
  const { announcing } = instance
  if (announcing === undefined) return
  const end = Math.min(announcing.next + allowed(turn), instance.addresses.length)
  const mac = virtualMac(instance.vrid, instance.family)
  const name = item(turn.state.interfaces, instance.interface).name
  for (let index = announcing.next; index < end; index += 1) {
    const address = item(instance.addresses, index)
    const frame =
      typeof address === 'number'
        ? encodeGratuitousArp(mac, address)
        : encodeUnsolicitedNeighbour(mac, address)
    turn.effects.push({ kind: 'send', interface: name, frame })
  }
  const counter = instance.family === 4 ? 'arps_sent' : 'neighbours_sent'
  instance.counters[counter] += end - announcing.next
  turn.state.loop.arps_in_window += end - announcing.next
  announcing.next = end
  instance.announcing = scheduled(turn, announcing, instance.addresses.length)
}

function allowed(turn: Turn): number {
  const { loop } = turn.state
  if (isDue(after(loop.arpWindowAt, ARP_WINDOW), turn.at)) {
    loop.arpWindowAt = turn.at
    loop.arps_in_window = 0
  }
  return ARPS_PER_WINDOW - loop.arps_in_window
}

function scheduled(turn: Turn, announcing: Announcing, count: number): Announcing | undefined {
  const { round, next } = announcing
  if (next < count) {
    return { round, next, nextAt: after(turn.state.loop.arpWindowAt, ARP_WINDOW) }
  }
  if (round === ARP_ROUNDS) return undefined
  return { round: round + 1, next: 0, nextAt: after(turn.at, ARP_ROUND_GAP) }
}
