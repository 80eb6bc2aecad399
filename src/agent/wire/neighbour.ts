/** Neighbour solicitations and advertisements of IPv6 (RFC 4861 sections 4.3 and 4.4). */

import { fromHex, readU8, readU16, writeU16 } from './bytes.ts'
import { addWords, checksumOf, isIntact } from './checksum.ts'
import { ETHERNET_HEADER, ETHERTYPE_IPV6, formatMac, writeEthernet } from './ethernet.ts'
import {
  decodeIpv6,
  IPV6_HEADER,
  type Ipv6,
  pseudoSum6,
  readIpv6,
  writeIpv6,
  writeIpv6Address,
} from './ipv6.ts'

/** ff02::1 and its MAC address by RFC 2464 section 7. */
const ALL_NODES: Ipv6 = 'ff020000000000000000000000000001'
const ALL_NODES_MAC: readonly number[] = [0x33, 0x33, 0, 0, 0, 1]

const ICMPV6 = 58
const SOLICITATION = 135
const ADVERTISEMENT = 136
const TARGET_LINK_ADDRESS = 2
const ROUTER_OVERRIDE = 0xa0
const LENGTH = 32
/** A solicitation without an option. */
const PROBE_LENGTH = 24

/** What a neighbour advertisement says. */
export interface Neighbour {
  readonly target: Ipv6
  readonly mac: string
  readonly isRouter: boolean
  readonly isSolicited: boolean
  readonly isOverriding: boolean
}

/**
 * An unsolicited neighbour advertisement as a whole frame, with the router and override flags and
 * the virtual MAC as target link-layer address (RFC 9568 6.4.1 and 6.4.2).
 */
export function encodeUnsolicitedNeighbour(mac: readonly number[], address: Ipv6): Uint8Array {
  const start = ETHERNET_HEADER + IPV6_HEADER
  const frame = new Uint8Array(start + LENGTH)
  writeEthernet(frame, ALL_NODES_MAC, mac, ETHERTYPE_IPV6)
  const header = { source: address, destination: ALL_NODES, hop_limit: 255, next_header: ICMPV6 }
  writeIpv6(frame, ETHERNET_HEADER, { ...header, payload_length: LENGTH })
  frame[start] = ADVERTISEMENT
  frame[start + 4] = ROUTER_OVERRIDE
  writeIpv6Address(frame, start + 8, address)
  frame[start + 24] = TARGET_LINK_ADDRESS
  frame[start + 25] = 1 // in units of 8 bytes
  frame.set(mac, start + 26)
  const sum = pseudoSum6(address, ALL_NODES, ICMPV6, LENGTH)
  writeU16(frame, start + 2, checksumOf(addWords(sum, frame, start, frame.length)))
  return frame
}

/**
 * A solicitation from the unspecified address, as for duplicate address detection (RFC 4862 5.4.2):
 * who has the address answers to everybody.
 */
export function encodeNeighbourProbe(mac: readonly number[], address: Ipv6): Uint8Array {
  const start = ETHERNET_HEADER + IPV6_HEADER
  const frame = new Uint8Array(start + PROBE_LENGTH)
  // ff02::1:ffXX:XXXX, RFC 4291 section 2.7.1, and its MAC address.
  const group: Ipv6 = `ff0200000000000000000001ff${address.slice(26)}`
  const low = fromHex(address.slice(26)) ?? []
  writeEthernet(frame, [0x33, 0x33, 0xff, ...low], mac, ETHERTYPE_IPV6)
  const header = { source: NOBODY, destination: group, hop_limit: 255, next_header: ICMPV6 }
  writeIpv6(frame, ETHERNET_HEADER, { ...header, payload_length: PROBE_LENGTH })
  frame[start] = SOLICITATION
  writeIpv6Address(frame, start + 8, address)
  const sum = pseudoSum6(NOBODY, group, ICMPV6, PROBE_LENGTH)
  writeU16(frame, start + 2, checksumOf(addWords(sum, frame, start, frame.length)))
  return frame
}

const NOBODY: Ipv6 = '0'.repeat(32)

/** A whole frame; @returns undefined as `decodeNeighbourPacket` */
export const decodeNeighbour = (frame: Uint8Array): Neighbour | undefined =>
  readU16(frame, 12) === ETHERTYPE_IPV6
    ? decodeNeighbourPacket(frame.subarray(ETHERNET_HEADER))
    : undefined

/** @returns undefined for what is not an intact neighbour advertisement with a link address */
export function decodeNeighbourPacket(packet: Uint8Array): Neighbour | undefined {
  const ip = decodeIpv6(packet)
  if (typeof ip === 'string' || ip.next_header !== ICMPV6 || ip.hop_limit !== 255) return undefined
  const { payload } = ip
  if (payload.length < LENGTH || readU16(payload, 0) !== ADVERTISEMENT << 8) return undefined
  const sum = ip.sum + ICMPV6 + payload.length
  if (!isIntact(addWords(sum, payload, 0, payload.length))) return undefined
  if (readU16(payload, 24) !== ((TARGET_LINK_ADDRESS << 8) | 1)) return undefined
  const flags = readU8(payload, 4)
  return {
    target: readIpv6(payload, 8),
    mac: formatMac(payload, 26),
    isRouter: (flags & 0x80) !== 0,
    isSolicited: (flags & 0x40) !== 0,
    isOverriding: (flags & 0x20) !== 0,
  }
}
