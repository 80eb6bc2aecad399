/** ARP for IPv4 over Ethernet (RFC 826). */

import { readU16, readU32, writeU16, writeU32 } from './bytes.ts'
import { BROADCAST, ETHERNET_HEADER, ETHERTYPE_ARP, formatMac, writeEthernet } from './ethernet.ts'
import type { Ipv4 } from './ipv4.ts'

const ARP_LENGTH = 28

export interface Arp {
  readonly operation: 'request' | 'reply'
  readonly sender_mac: string
  readonly sender: Ipv4
  readonly target_mac: string
  readonly target: Ipv4
}

/**
 * A gratuitous ARP request as a whole broadcast frame: sender and target are the VIP, and the
 * target link-layer address is the virtual MAC too (RFC 9568 6.4.2 with errata 7947 and 7949).
 */
export function encodeGratuitousArp(mac: readonly number[], address: Ipv4): Uint8Array {
  const frame = new Uint8Array(ETHERNET_HEADER + ARP_LENGTH)
  writeEthernet(frame, BROADCAST, mac, ETHERTYPE_ARP)
  writeU16(frame, 14, 1) // hardware type: Ethernet
  writeU16(frame, 16, 0x0800) // protocol type: IPv4
  frame[18] = 6
  frame[19] = 4
  writeU16(frame, 20, 1) // operation: request
  frame.set(mac, 22)
  writeU32(frame, 28, address)
  frame.set(mac, 32)
  writeU32(frame, 38, address)
  return frame
}

/** @returns undefined for what is not a request or a reply for IPv4 over Ethernet */
export function decodeArp(frame: Uint8Array): Arp | undefined {
  if (frame.length < ETHERNET_HEADER + ARP_LENGTH) return undefined
  if (readU16(frame, 12) !== ETHERTYPE_ARP) return undefined
  if (readU16(frame, 14) !== 1 || readU16(frame, 16) !== 0x0800) return undefined
  if (readU16(frame, 18) !== 0x0604) return undefined
  const operation = readU16(frame, 20)
  if (operation !== 1 && operation !== 2) return undefined
  return {
    operation: operation === 1 ? 'request' : 'reply',
    sender_mac: formatMac(frame, 22),
    sender: readU32(frame, 28),
    target_mac: formatMac(frame, 32),
    target: readU32(frame, 38),
  }
}
