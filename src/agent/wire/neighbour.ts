/** Neighbour advertisements of IPv6 (RFC 4861 section 4.4). */

import { readU8, readU16, writeU16 } from './bytes.ts'
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
const ADVERTISEMENT = 136
const TARGET_LINK_ADDRESS = 2
const ROUTER_OVERRIDE = 0xa0
const LENGTH = 32

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

/** @returns undefined for what is not an intact neighbour advertisement with a link address */
export function decodeNeighbour(frame: Uint8Array): Neighbour | undefined {
  if (readU16(frame, 12) !== ETHERTYPE_IPV6) return undefined
  const ip = decodeIpv6(frame.subarray(ETHERNET_HEADER))
  if (typeof ip === 'string' || ip.next_header !== ICMPV6 || ip.hop_limit !== 255) return undefined
  const { payload } = ip
  if (payload.length < LENGTH || readU16(payload, 0) !== ADVERTISEMENT << 8) return undefined
  const sum = pseudoSum6(ip.source, ip.destination, ICMPV6, payload.length)
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
