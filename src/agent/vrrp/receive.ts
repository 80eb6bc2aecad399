/** A packet of protocol 112: the receive checks of RFC 9568 section 7.1. */

import { item } from '../never.ts'
import { note, type Turn } from '../state.ts'
import { between, centiseconds, seconds } from '../units.ts'
import { type Address, type Family, familyOf, formatAddress } from '../wire/address.ts'
import { decodeIpv4, type Ipv4Refusal, PROTOCOL_VRRP } from '../wire/ipv4.ts'
import { decodeIpv6 } from '../wire/ipv6.ts'
import {
  type AdvertHead,
  type AdvertRefusal,
  type DecodedAdvert,
  decodeAdvert,
  type HeardEnds,
  readHead,
  VRRP_GROUP,
  VRRP_GROUP_6,
} from '../wire/vrrp.ts'
import { hear } from './hear.ts'
import { sourceOf } from './source.ts'
import type { InstanceState, InterfaceState } from './state.ts'

/** The receive checks that discard; each has a counter of this name. */
export type ReceiveCheck = Ipv4Refusal | AdvertRefusal | 'R2' | 'R3' | 'R4' | 'R6' | 'R14' | 'R15'

/** What one check refuses on one interface is said at most this often. */
const DISCARD_NOTE_GAP = seconds(60)

/**
 * Takes a whole IPv4 or IPv6 packet that came in on an interface.
 *
 * @returns whether it says anything new to the arbitration
 */
export function receive(turn: Turn, link: InterfaceState, packet: Uint8Array): boolean {
  const ip = decodeIp(packet)
  if (typeof ip === 'string') {
    discard(turn, link, ip)
    return false
  }
  const admitted = admit(turn, link, ip)
  if (typeof admitted !== 'string') {
    return hear(turn, admitted.instance, ip.source, admitted.advert)
  }
  discard(turn, link, admitted, ip)
  return false
}

interface Packet extends HeardEnds {
  readonly ttl: number
  readonly protocol: number
  readonly payload: Uint8Array
}

interface Admitted {
  readonly instance: InstanceState
  readonly advert: DecodedAdvert
}

function decodeIp(packet: Uint8Array): Packet | ReceiveCheck {
  if ((packet[0] ?? 0) >>> 4 !== 6) return decodeIpv4(packet)
  const ip = decodeIpv6(packet)
  if (typeof ip === 'string') return ip
  const { source, destination, hop_limit: ttl, next_header: protocol, sum, payload } = ip
  return { source, destination, ttl, protocol, sum, payload }
}

function admit(turn: Turn, link: InterfaceState, ip: Packet): Admitted | ReceiveCheck {
  const family = familyOf(ip.source)
  if (ip.protocol !== PROTOCOL_VRRP) return 'R16'
  if (ip.source === sourceOf(link, family)) return 'R14'
  if (ip.ttl !== 255) return 'R6'
  const head = readHead(ip.payload)
  if (typeof head === 'string') return head
  const index = link.instances[family][head.vrid]
  if (index === undefined) return 'R4'
  const instance = item(turn.state.instances, index)
  const refused = whyNotFor(turn, instance, link, { head, ip, family })
  if (refused !== undefined) return refused
  const advert = decodeAdvert(ip.payload, head, ip)
  if (typeof advert === 'string') return advert
  // RFC 3768 section 7.1: with version 2 the intervals must be equal.
  const differs = centiseconds(advert.interval_cs) !== instance.router.own_interval
  return advert.version === 2 && differs ? 'R11' : { instance, advert }
}

function whyNotFor(
  turn: Turn,
  instance: InstanceState,
  link: InterfaceState,
  heard: { readonly head: AdvertHead; readonly ip: Packet; readonly family: Family },
): ReceiveCheck | undefined {
  const { head, ip, family } = heard
  if (head.version !== instance.router.version) return 'R2'
  const { unicast } = item(turn.state.config.vrrp.instances, instance.index)
  if (!unicast) return ip.destination === groupOf(family) ? undefined : 'R15'
  const isForUs = ip.destination === sourceOf(link, family)
  return isForUs && ip.source === instance.peer ? undefined : 'R15'
}

const groupOf = (family: Family): Address => (family === 4 ? VRRP_GROUP : VRRP_GROUP_6)

function discard(turn: Turn, link: InterfaceState, check: ReceiveCheck, ip?: Packet): void {
  link.discards[check] = (link.discards[check] ?? 0) + 1
  const last = link.warnedAt[check]
  if (last !== undefined && between(last, turn.at) < DISCARD_NOTE_GAP) return
  link.warnedAt[check] = turn.at
  // Other routers on the segment are nothing to worry about (R4).
  const level = check === 'R4' ? 'info' : 'warning'
  const from = ip === undefined ? {} : { peer: formatAddress(ip.source), vrid: ip.payload[1] ?? 0 }
  note(turn, level, 'advert_discarded', link.name, { check, ...from })
}
