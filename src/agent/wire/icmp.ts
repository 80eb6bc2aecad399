/** Echo of ICMP (RFC 792) and of ICMPv6 (RFC 4443 section 4). */

import type { Family } from './address.ts'
import { readU8, readU16, writeU16 } from './bytes.ts'
import { addWords, checksumOf } from './checksum.ts'
import { decodeAddress } from './text-address.ts'

const REQUEST = { 4: 8, 6: 128 } as const
const REPLY = { 4: 0, 6: 129 } as const
const PROTOCOL = { 4: 1, 6: 58 } as const
const ECHO_HEADER = 8
const IPV6_HEADER = 40
/** As `ping` sends: some networks drop what is shorter than an Ethernet frame can be. */
const PAYLOAD_BYTES = 56

export interface Echo {
  /** Tells the requests of one sender from those of others, 16 bits. */
  readonly identifier: number
  /** 16 bits. */
  readonly sequence: number
}

/** A request without its IP header. Over IPv6 the kernel puts the checksum in (RFC 3542, 3.1). */
export function encodeEchoRequest(family: Family, { identifier, sequence }: Echo): Uint8Array {
  const bytes = new Uint8Array(ECHO_HEADER + PAYLOAD_BYTES)
  bytes[0] = REQUEST[family]
  writeU16(bytes, 4, identifier)
  writeU16(bytes, 6, sequence)
  if (family === 4) writeU16(bytes, 2, checksumOf(addWords(0, bytes, 0, bytes.length)))
  return bytes
}

/**
 * Reads a reply in its IP packet, whose checksums the kernel has looked at.
 *
 * @returns undefined for anything else
 */
export function decodeEchoReply(
  packet: Uint8Array,
): (Echo & { readonly source: string }) | undefined {
  const family = readU8(packet, 0) >>> 4
  if (family !== 4 && family !== 6) return undefined
  const header = family === 4 ? 4 * (readU8(packet, 0) & 15) : IPV6_HEADER
  const protocol = readU8(packet, family === 4 ? 9 : 6)
  if (protocol !== PROTOCOL[family] || packet.length < header + ECHO_HEADER) return undefined
  if (readU16(packet, header) !== REPLY[family] << 8) return undefined
  return {
    source: decodeAddress(family === 4 ? packet.subarray(12, 16) : packet.subarray(8, 24)),
    identifier: readU16(packet, header + 4),
    sequence: readU16(packet, header + 6),
  }
}
