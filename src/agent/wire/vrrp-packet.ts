/** An advertisement as a whole packet or frame (RFC 9568 sections 5.1 and 7.2). */

import {
  ETHERNET_HEADER,
  ETHERTYPE_IPV4,
  ETHERTYPE_IPV6,
  VRRP_MULTICAST,
  VRRP_MULTICAST_6,
  virtualMac,
  writeEthernet,
} from './ethernet.ts'
import { IPV4_HEADER, PROTOCOL_VRRP, writeIpv4 } from './ipv4.ts'
import { IPV6_HEADER, writeIpv6 } from './ipv6.ts'
import { type Advert, type ChecksumForm, type Ends, encodeAdvert } from './vrrp.ts'

const TTL = 255

/** The packet with its IP header, TTL or hop limit 255. */
export function encodeAdvertPacket(advert: Advert, ends: Ends, form: ChecksumForm): Uint8Array {
  const message = encodeAdvert(advert, ends, form)
  const { source, destination } = ends
  if (typeof source === 'string' || typeof destination === 'string') {
    const packet = new Uint8Array(IPV6_HEADER + message.length)
    writeIpv6(packet, 0, {
      source: String(source),
      destination: String(destination),
      hop_limit: TTL,
      next_header: PROTOCOL_VRRP,
      payload_length: message.length,
    })
    packet.set(message, IPV6_HEADER)
    return packet
  }
  const packet = new Uint8Array(IPV4_HEADER + message.length)
  const payload_length = message.length
  writeIpv4(packet, 0, { source, destination, ttl: TTL, protocol: PROTOCOL_VRRP, payload_length })
  packet.set(message, IPV4_HEADER)
  return packet
}

/** The packet in a multicast frame, from the virtual MAC unless another is given. */
export function multicastFrame(
  packet: Uint8Array,
  vrid: number,
  family: 4 | 6,
  mac = virtualMac(vrid, family),
): Uint8Array {
  const frame = new Uint8Array(ETHERNET_HEADER + packet.length)
  const group = family === 4 ? VRRP_MULTICAST : VRRP_MULTICAST_6
  const type = family === 4 ? ETHERTYPE_IPV4 : ETHERTYPE_IPV6
  writeEthernet(frame, group, mac, type)
  frame.set(packet, ETHERNET_HEADER)
  return frame
}
