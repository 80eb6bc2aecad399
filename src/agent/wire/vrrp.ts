/**
 * VRRP advertisements: version 3 for both families (RFC 9568 section 5) with both checksum forms
 * of IPv4, and version 2 (RFC 3768 section 5).
 */

import type { Address, Family } from './address.ts'
import { readU8, readU16, readU32, writeU16, writeU32 } from './bytes.ts'
import { addWords, checksumOf, isIntact } from './checksum.ts'
import { type Ipv4, PROTOCOL_VRRP } from './ipv4.ts'
import { isLinkLocal6, pseudoSum6, readIpv6, writeIpv6Address } from './ipv6.ts'

/** 224.0.0.18 and ff02::12 */
export const VRRP_GROUP: Ipv4 = 0xe0000012
export const VRRP_GROUP_6 = 'ff020000000000000000000000000012'

/** The count of addresses is one byte on the wire; VIPs beyond it are not listed. */
export const ADDRESSES_MAX = 255

const FIXED = 8
/** Eight bytes of authentication data end a message of version 2; they are zero. */
const AUTHENTICATION_2 = 8
const TYPE_ADVERTISEMENT = 1
const ADDRESS_BYTES = { 4: 4, 6: 16 } as const

export type Version = 2 | 3

/** How the checksum was taken: over the message (RFC 9568), or as RFC 5798 was often read. */
export type ChecksumForm = 'message' | 'pseudo_header'

export interface Advert {
  readonly version: Version
  readonly vrid: number
  /** 0: the active router gives up; 255: it owns the addresses. */
  readonly priority: number
  /** Version 3: Max Advertise Interval, 1 to 4095. Version 2: whole seconds, 100 to 25500. */
  readonly interval_cs: number
  /** All of one family. */
  readonly addresses: readonly Address[]
}

export interface DecodedAdvert extends Advert {
  readonly form: ChecksumForm
}

/** From where to where a message goes: the pseudo-header is made of them. */
export interface Ends {
  readonly source: Address
  readonly destination: Address
}

/** The same of a message that was heard, with the sum of the 16-bit words of both addresses. */
export interface HeardEnds extends Ends {
  readonly sum: number
}

/** The receive checks of RFC 9568 section 7.1 that a message alone can fail. */
export type AdvertRefusal = 'R1' | 'R5' | 'R7' | 'R8' | 'R9' | 'R11'

/** What a message says of itself before anything in it is believed. */
export interface AdvertHead {
  readonly version: Version
  readonly vrid: number
}

/** Writes the message. The form matters to version 3 for IPv4 alone: the others have but one. */
export function encodeAdvert(advert: Advert, ends: Ends, form: ChecksumForm): Uint8Array {
  const family: Family = typeof ends.source === 'number' ? 4 : 6
  const { version, addresses } = advert
  const tail = version === 2 ? AUTHENTICATION_2 : 0
  const message = new Uint8Array(FIXED + ADDRESS_BYTES[family] * addresses.length + tail)
  message[0] = (version << 4) | TYPE_ADVERTISEMENT
  message[1] = advert.vrid
  message[2] = advert.priority
  message[3] = addresses.length
  // Version 2: authentication type 0, then the interval in seconds.
  writeU16(message, 4, version === 2 ? advert.interval_cs / 100 : advert.interval_cs)
  let offset = FIXED
  for (const address of addresses) {
    if (typeof address === 'number') writeU32(message, offset, address)
    else writeIpv6Address(message, offset, address)
    offset += ADDRESS_BYTES[family]
  }
  const isPseudo = family === 6 || (version === 3 && form === 'pseudo_header')
  const start = isPseudo ? pseudoSum(ends, message.length) : 0
  writeU16(message, 6, checksumOf(addWords(start, message, 0, message.length)))
  return message
}

/** The version and VRID, by which the instance is found. */
export function readHead(message: Uint8Array): AdvertHead | 'R1' | 'R2' | 'R3' {
  if (message.length < FIXED) return 'R1'
  const version = readU8(message, 0) >>> 4
  if (version !== 2 && version !== 3) return 'R2'
  if ((readU8(message, 0) & 0x0f) !== TYPE_ADVERTISEMENT) return 'R3'
  return { version, vrid: readU8(message, 1) }
}

/**
 * Reads a message whose head was read, in the order in which RFC 9568 section 7.1 checks it.
 *
 * Bytes behind the addresses are allowed and not summed: some peers append a trailer. The
 * reserved bits are ignored (R10).
 */
export function decodeAdvert(
  message: Uint8Array,
  { version, vrid }: AdvertHead,
  ends: HeardEnds,
): DecodedAdvert | AdvertRefusal {
  const family: Family = typeof ends.source === 'number' ? 4 : 6
  const count = readU8(message, 3)
  const end = FIXED + ADDRESS_BYTES[family] * count
  const length = end + (version === 2 ? AUTHENTICATION_2 : 0)
  if (message.length < length) return 'R1'
  const form = checksumForm(message, length, { version, family, sum: ends.sum })
  if (form === undefined) return 'R5'
  if (count === 0) return 'R7'
  // RFC 3768 5.3.6: of the authentication types only 0 is left.
  if (version === 2 && readU8(message, 4) !== 0) return 'R11'
  const interval = version === 2 ? readU8(message, 5) * 100 : readU16(message, 4) & 0x0fff
  if (interval === 0) return 'R8'
  const addresses: Address[] = []
  for (let offset = FIXED; offset < end; offset += ADDRESS_BYTES[family]) {
    addresses.push(family === 4 ? readU32(message, offset) : readIpv6(message, offset))
  }
  const [first] = addresses
  if (typeof first === 'string' && !isLinkLocal6(first)) return 'R9'
  return { version, vrid, priority: readU8(message, 2), interval_cs: interval, addresses, form }
}

function checksumForm(
  message: Uint8Array,
  length: number,
  kind: { readonly version: Version; readonly family: Family; readonly sum: number },
): ChecksumForm | undefined {
  const { version, family } = kind
  const sum = addWords(0, message, 0, length)
  if (family === 4 && isIntact(sum)) return 'message'
  if (version === 2 || !isIntact(sum + kind.sum + PROTOCOL_VRRP + length)) return undefined
  return 'pseudo_header'
}

// For IPv4: RFC 5798 5.2.8 as keepalived and FRR read it. For IPv6 there is no other form.
function pseudoSum({ source, destination }: Ends, length: number): number {
  if (typeof source === 'string' || typeof destination === 'string') {
    return pseudoSum6(String(source), String(destination), PROTOCOL_VRRP, length)
  }
  return (
    (source >>> 16) +
    (source & 0xffff) +
    (destination >>> 16) +
    (destination & 0xffff) +
    PROTOCOL_VRRP +
    length
  )
}
