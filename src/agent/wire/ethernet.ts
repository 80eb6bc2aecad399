/** Ethernet II frames (IEEE 802.3) and the MAC addresses of RFC 9568 section 7.3. */

import { toHex, writeU16 } from './bytes.ts'

export const ETHERNET_HEADER = 14
export const ETHERTYPE_IPV4 = 0x0800
export const ETHERTYPE_ARP = 0x0806
export const ETHERTYPE_IPV6 = 0x86dd

export const BROADCAST: readonly number[] = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff]
/** 224.0.0.18 by RFC 1112 section 6.4. */
export const VRRP_MULTICAST: readonly number[] = [0x01, 0x00, 0x5e, 0x00, 0x00, 0x12]

/** ff02::12 by RFC 2464 section 7. */
export const VRRP_MULTICAST_6: readonly number[] = [0x33, 0x33, 0x00, 0x00, 0x00, 0x12]

/** 00-00-5E-00-01-{VRID} for IPv4, 00-00-5E-00-02-{VRID} for IPv6: it moves with the router. */
export const virtualMac = (vrid: number, family: 4 | 6 = 4): readonly number[] => [
  ...[0x00, 0x00, 0x5e, 0x00],
  family === 4 ? 0x01 : 0x02,
  vrid,
]

/** The six bytes of `52:54:00:d1:01:01`; undefined: not such a text. */
export function parseMac(text: string): readonly number[] | undefined {
  const bytes = text.split(':').map(part => Number.parseInt(part, 16))
  return bytes.length === 6 && bytes.every(byte => byte >= 0 && byte <= 0xff) ? bytes : undefined
}

/** Writes the 14 bytes at the start of a frame. */
export function writeEthernet(
  frame: Uint8Array,
  destination: readonly number[],
  source: readonly number[],
  type: number,
): void {
  frame.set(destination, 0)
  frame.set(source, 6)
  writeU16(frame, 12, type)
}

/** `00:00:5e:00:01:0a` for the six bytes from `offset`. */
export function formatMac(bytes: Uint8Array, offset: number): string {
  const digits = toHex(bytes.subarray(offset, offset + 6))
  let text = digits.slice(0, 2)
  for (let at = 2; at < digits.length; at += 2) text += `:${digits.slice(at, at + 2)}`
  return text
}
