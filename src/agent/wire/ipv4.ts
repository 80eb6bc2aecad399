/** IPv4 addresses as unsigned 32-bit numbers, and the IPv4 header (RFC 791). */

import { readU8, readU16, readU32, writeU16, writeU32 } from './bytes.ts'
import { addWords, checksumOf } from './checksum.ts'

/** An IPv4 address as an unsigned number, so that `<` is the order on the wire. */
export type Ipv4 = number

export const IPV4_HEADER = 20
export const PROTOCOL_VRRP = 112

/** As a digit, which begin at 48. */
const DOT = 46 - 48

/** @returns undefined unless the text is four decimal numbers of 0 to 255 without leading zeroes */
export function parseIpv4(text: string): Ipv4 | undefined {
  let address = 0
  let dots = 0
  let octet = 0
  let digits = 0
  for (let at = 0; at <= text.length; at += 1) {
    // Past the end it is NaN, which is no digit.
    const digit = text.charCodeAt(at) - 48
    if (digit >= 0 && digit <= 9) {
      if (digits > 0 && octet === 0) return undefined
      octet = octet * 10 + digit
      digits += 1
      continue
    }
    const isEnd = at === text.length
    if (digits === 0 || octet > 255 || (!isEnd && digit !== DOT)) return undefined
    address = address * 256 + octet
    if (!isEnd) dots += 1
    octet = 0
    digits = 0
  }
  return dots === 3 ? address : undefined
}

export const formatIpv4 = (address: Ipv4) =>
  `${address >>> 24}.${(address >>> 16) & 255}.${(address >>> 8) & 255}.${address & 255}`

export interface Ipv4Packet {
  readonly source: Ipv4
  readonly destination: Ipv4
  readonly ttl: number
  readonly protocol: number
  /** The 16-bit words of both addresses, for the pseudo-header. */
  readonly sum: number
  /** Without header and options, and without what the link padded. */
  readonly payload: Uint8Array
}

/** The receive checks of an IPv4 header; the ids are those of the rule ledger. */
export type Ipv4Refusal = 'R1' | 'R16'

/**
 * Reads one packet as a raw socket gives it. Options are stepped over; the kernel has checked the
 * header checksum. Bytes behind the total length are link padding and are dropped.
 */
export function decodeIpv4(packet: Uint8Array): Ipv4Packet | Ipv4Refusal {
  const header = (readU8(packet, 0) & 0x0f) * 4
  if (packet.length < IPV4_HEADER) return 'R1'
  if (readU8(packet, 0) >>> 4 !== 4 || header < IPV4_HEADER || header > packet.length) return 'R16'
  const total = readU16(packet, 2)
  if (total < header || total > packet.length) return 'R1'
  return {
    source: readU32(packet, 12),
    destination: readU32(packet, 16),
    ttl: readU8(packet, 8),
    protocol: readU8(packet, 9),
    sum: addWords(0, packet, 12, IPV4_HEADER),
    payload: packet.slice(header, total),
  }
}

/**
 * Writes a header without options: TOS 0xC0 (network control), don't fragment, so that the
 * identification may stay 0 (RFC 6864 section 4.1).
 */
export function writeIpv4(
  bytes: Uint8Array,
  offset: number,
  header: Omit<Ipv4Packet, 'payload' | 'sum'> & { readonly payload_length: number },
): void {
  bytes[offset] = 0x45
  bytes[offset + 1] = 0xc0
  writeU16(bytes, offset + 2, IPV4_HEADER + header.payload_length)
  writeU16(bytes, offset + 4, 0)
  writeU16(bytes, offset + 6, 0x4000)
  bytes[offset + 8] = header.ttl
  bytes[offset + 9] = header.protocol
  writeU16(bytes, offset + 10, 0)
  writeU32(bytes, offset + 12, header.source)
  writeU32(bytes, offset + 16, header.destination)
  writeU16(bytes, offset + 10, checksumOf(addWords(0, bytes, offset, offset + IPV4_HEADER)))
}
