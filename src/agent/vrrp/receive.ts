/** A packet of protocol 112: the receive checks in the order of RFC 9568 section 7.1. */

import { item } from '../never.ts'
import type { Turn } from '../state.ts'
import { decodeIpv4, type Ipv4, type Ipv4Refusal, PROTOCOL_VRRP } from '../wire/ipv4.ts'
import { type AdvertRefusal, type DecodedAdvert, decodeAdvert, VRRP_GROUP } from '../wire/vrrp.ts'
import { hear } from './hear.ts'
import type { InterfaceState } from './state.ts'

/** The receive checks that discard; each has a counter of this name. */
export type ReceiveCheck = Ipv4Refusal | AdvertRefusal | 'R4' | 'R6' | 'R14' | 'R15'

/** Takes a whole IPv4 packet that came in on an interface. */
export function receive(turn: Turn, link: InterfaceState, packet: Uint8Array): void {
  const admitted = admit(link, packet)
  if (typeof admitted === 'string') {
    link.discards[admitted] = (link.discards[admitted] ?? 0) + 1
    return
  }
  const { index, source, advert } = admitted
  hear(turn, item(turn.state.instances, index), source, advert)
}

interface Admitted {
  /** Of the instance. */
  readonly index: number
  readonly source: Ipv4
  readonly advert: DecodedAdvert
}

function admit(link: InterfaceState, packet: Uint8Array): Admitted | ReceiveCheck {
  const ip = decodeIpv4(packet)
  if (typeof ip === 'string') return ip
  if (ip.protocol !== PROTOCOL_VRRP) return 'R16'
  if (ip.source === link.address) return 'R14'
  if (ip.ttl !== 255) return 'R6'
  if (ip.destination !== VRRP_GROUP) return 'R15'
  const advert = decodeAdvert(ip.payload, ip.source, ip.destination)
  if (typeof advert === 'string') return advert
  const index = link.instances[advert.vrid]
  return index === undefined ? 'R4' : { index, source: ip.source, advert }
}
