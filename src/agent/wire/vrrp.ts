/** VRRP version 3 advertisements for IPv4 (RFC 9568 section 5), both checksum forms. */

import { readU8, readU16, readU32, writeU16, writeU32 } from './bytes.ts'
import { addWords, checksumOf, isIntact } from './checksum.ts'
import {
  ETHERNET_HEADER,
  ETHERTYPE_IPV4,
  VRRP_MULTICAST,
  virtualMac,
  writeEthernet,
} from './ethernet.ts'
import { IPV4_HEADER, type Ipv4, PROTOCOL_VRRP, writeIpv4 } from './ipv4.ts'

/** 224.0.0.18 */
export const VRRP_GROUP: Ipv4 = 0xe0000012

/** The count of addresses is one byte on the wire; VIPs beyond it are not listed. */
export const ADDRESSES_MAX = 255

const FIXED = 8
const VERSION_3_ADVERTISEMENT = 0x31

/** How the checksum was taken: over the message (RFC 9568), or as RFC 5798 was often read. */
export type ChecksumForm = 'message' | 'pseudo_header'

export interface Advert {
  readonly vrid: number
  /** 0: the active router gives up; 255: it owns the addresses. */
  readonly priority: number
  /** Max Advertise Interval, 1 to 4095. */
  readonly interval_cs: number
  readonly addresses: readonly Ipv4[]
}

export interface DecodedAdvert extends Advert {
  readonly form: ChecksumForm
}

/** The receive checks of RFC 9568 section 7.1 that a message alone can fail. */
export type AdvertRefusal = 'R1' | 'R2' | 'R3' | 'R5' | 'R7' | 'R8'

/** Writes the message with the RFC 9568 checksum, or with the pseudo-header one. */
export function encodeAdvert(
  advert: Advert,
  pseudo?: { readonly source: Ipv4; readonly destination: Ipv4 },
): Uint8Array {
  const message = new Uint8Array(FIXED + 4 * advert.addresses.length)
  message[0] = VERSION_3_ADVERTISEMENT
  message[1] = advert.vrid
  message[2] = advert.priority
  message[3] = advert.addresses.length
  writeU16(message, 4, advert.interval_cs)
  let offset = FIXED
  for (const address of advert.addresses) {
    writeU32(message, offset, address)
    offset += 4
  }
  const start =
    pseudo === undefined ? 0 : pseudoSum(pseudo.source, pseudo.destination, message.length)
  writeU16(message, 6, checksumOf(addWords(start, message, 0, message.length)))
  return message
}

/**
 * Reads a message in the order in which RFC 9568 section 7.1 checks it.
 *
 * Bytes behind the addresses are allowed and not summed: some peers append a trailer. The
 * reserved bits are ignored (R10).
 */
export function decodeAdvert(
  message: Uint8Array,
  source: Ipv4,
  destination: Ipv4,
): DecodedAdvert | AdvertRefusal {
  if (message.length < FIXED) return 'R1'
  if (readU8(message, 0) >>> 4 !== 3) return 'R2'
  if (readU8(message, 0) !== VERSION_3_ADVERTISEMENT) return 'R3'
  const count = readU8(message, 3)
  const length = FIXED + 4 * count
  if (message.length < length) return 'R1'
  const form = checksumForm(message, length, source, destination)
  if (form === undefined) return 'R5'
  if (count === 0) return 'R7'
  const interval_cs = readU16(message, 4) & 0x0fff
  if (interval_cs === 0) return 'R8'
  const addresses: Ipv4[] = []
  for (let offset = FIXED; offset < length; offset += 4) addresses.push(readU32(message, offset))
  return { vrid: readU8(message, 1), priority: readU8(message, 2), interval_cs, addresses, form }
}

/** The whole frame of an advertisement: multicast, source the virtual MAC, TTL 255. */
export function encodeAdvertFrame(advert: Advert, source: Ipv4): Uint8Array {
  const message = encodeAdvert(advert)
  const frame = new Uint8Array(ETHERNET_HEADER + IPV4_HEADER + message.length)
  writeEthernet(frame, VRRP_MULTICAST, virtualMac(advert.vrid), ETHERTYPE_IPV4)
  writeIpv4(frame, ETHERNET_HEADER, {
    source,
    destination: VRRP_GROUP,
    ttl: 255,
    protocol: PROTOCOL_VRRP,
    payload_length: message.length,
  })
  frame.set(message, ETHERNET_HEADER + IPV4_HEADER)
  return frame
}

function checksumForm(
  message: Uint8Array,
  length: number,
  source: Ipv4,
  destination: Ipv4,
): ChecksumForm | undefined {
  const sum = addWords(0, message, 0, length)
  if (isIntact(sum)) return 'message'
  return isIntact(sum + pseudoSum(source, destination, length)) ? 'pseudo_header' : undefined
}

// RFC 5798 5.2.8 as keepalived and FRR read it: source, destination, zero, protocol, length.
function pseudoSum(source: Ipv4, destination: Ipv4, length: number): number {
  return (
    (source >>> 16) +
    (source & 0xffff) +
    (destination >>> 16) +
    (destination & 0xffff) +
    PROTOCOL_VRRP +
    length
  )
}
