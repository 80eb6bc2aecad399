/** IPv6 addresses as text of 32 hexadecimal digits, and the IPv6 header (RFC 8200, RFC 5952). */

import { fromHex, readU8, readU16, readU32, toHex, writeU16 } from './bytes.ts'
import { addWords } from './checksum.ts'

/** 32 hexadecimal digits in small letters, so that `<` is the order on the wire. */
export type Ipv6 = string

export const IPV6_HEADER = 40

/** @returns undefined unless the text is an address by RFC 4291 2.2, without a zone or dots */
export function parseIpv6(text: string): Ipv6 | undefined {
  const gap = text.indexOf('::')
  if (gap < 0) return joined(groupsOf(text), 8)
  if (text.indexOf('::', gap + 1) >= 0) return undefined
  const head = gap === 0 ? '' : groupsOf(text.slice(0, gap))
  const tail = gap + 2 === text.length ? '' : groupsOf(text.slice(gap + 2))
  if (head === undefined || tail === undefined) return undefined
  const missing = 32 - head.length - tail.length
  return missing < 4 ? undefined : head + '0'.repeat(missing) + tail
}

/** The shortest text by RFC 5952: the longest run of zero groups, from two on, is left out. */
export function formatIpv6(address: Ipv6): string {
  const groups = Array.from({ length: 8 }, (_, at) => groupText(address, at))
  let [start, length] = [0, 0]
  for (let at = 0; at < 8; at += 1) {
    let end = at
    while (end < 8 && groups[end] === '0') end += 1
    if (end - at > length) [start, length] = [at, end - at]
  }
  if (length < 2) return groups.join(':')
  return `${groups.slice(0, start).join(':')}::${groups.slice(start + length).join(':')}`
}

/** fe80::/10 */
export const isLinkLocal6 = (address: Ipv6): boolean =>
  address.startsWith('fe') && '89ab'.indexOf(address.charAt(2)) >= 0

/** The 16 bytes from `offset`; reading past the end reads zeroes. */
export function readIpv6(bytes: Uint8Array, offset: number): Ipv6 {
  const first = readU32(bytes, offset) | 0
  const second = readU32(bytes, offset + 4) | 0
  const third = readU32(bytes, offset + 8) | 0
  const fourth = readU32(bytes, offset + 12) | 0
  const mixed = first ^ second ^ third ^ fourth
  const at = (mixed ^ (mixed >>> 8) ^ (mixed >>> 16)) & (READ.length - 1)
  const known = READ[at]
  if (
    known?.first === first &&
    known.second === second &&
    known.third === third &&
    known.fourth === fourth
  ) {
    return known.text
  }
  const text = toHex(bytes.subarray(offset, offset + 16)).padEnd(32, '0')
  READ[at] = { first, second, third, fourth, text }
  return text
}

interface Read {
  readonly first: number
  readonly second: number
  readonly third: number
  readonly fourth: number
  readonly text: Ipv6
}

// A router hears the same few addresses with every advert; a text costs more than all else in it.
const READ: (Read | undefined)[] = new Array(64).fill(undefined)

/** Writes the 16 bytes. */
export function writeIpv6Address(bytes: Uint8Array, offset: number, address: Ipv6): void {
  bytes.set(fromHex(address) ?? new Uint8Array(16), offset)
}

export interface Ipv6Packet {
  readonly source: Ipv6
  readonly destination: Ipv6
  readonly hop_limit: number
  readonly next_header: number
  /** The 16-bit words of both addresses, for the pseudo-header. */
  readonly sum: number
  /** Without what the link padded. */
  readonly payload: Uint8Array
}

/** The receive checks of an IPv6 header; the ids are those of the rule ledger. */
export type Ipv6Refusal = 'R1' | 'R16'

/** Reads one packet. Extension headers are stepped over by the kernel, which leaves none. */
export function decodeIpv6(packet: Uint8Array): Ipv6Packet | Ipv6Refusal {
  if (packet.length < IPV6_HEADER) return 'R1'
  if (readU8(packet, 0) >>> 4 !== 6) return 'R16'
  const end = IPV6_HEADER + readU16(packet, 4)
  if (end > packet.length) return 'R1'
  return {
    source: readIpv6(packet, 8),
    destination: readIpv6(packet, 24),
    hop_limit: readU8(packet, 7),
    next_header: readU8(packet, 6),
    sum: addWords(0, packet, 8, IPV6_HEADER),
    payload: packet.subarray(IPV6_HEADER, end),
  }
}

/** Writes a header without extensions: traffic class CS6, as for IPv4, and no flow label. */
export function writeIpv6(
  bytes: Uint8Array,
  offset: number,
  header: Omit<Ipv6Packet, 'payload' | 'sum'> & { readonly payload_length: number },
): void {
  bytes.set([0x6c, 0, 0, 0], offset)
  writeU16(bytes, offset + 4, header.payload_length)
  bytes[offset + 6] = header.next_header
  bytes[offset + 7] = header.hop_limit
  writeIpv6Address(bytes, offset + 8, header.source)
  writeIpv6Address(bytes, offset + 24, header.destination)
}

/** The sum of the pseudo-header, RFC 8200 section 8.1. */
export function pseudoSum6(
  source: Ipv6,
  destination: Ipv6,
  next_header: number,
  length: number,
): number {
  const addresses = fromHex(source + destination) ?? new Uint8Array(32)
  return addWords((length >>> 16) + (length & 0xffff) + next_header, addresses, 0, 32)
}

// Groups of one to four digits; undefined: malformed.
function groupsOf(text: string): string | undefined {
  let digits = ''
  for (const part of text.split(':')) {
    const group = part.toLowerCase().padStart(4, '0')
    if (part === '' || part.length > 4 || fromHex(group) === undefined) return undefined
    digits += group
  }
  return digits
}

const joined = (digits: string | undefined, groups: number) =>
  digits?.length === groups * 4 ? digits : undefined

function groupText(address: Ipv6, at: number): string {
  let start = at * 4
  const end = start + 4
  while (start < end - 1 && address.charAt(start) === '0') start += 1
  return address.slice(start, end)
}
