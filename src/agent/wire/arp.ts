/** ARP for IPv4 over Ethernet (RFC 826), announcements and probes (RFC 5227). */

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
export const encodeGratuitousArp = (mac: readonly number[], address: Ipv4): Uint8Array =>
  encodeRequest(mac, address, mac, address)

/** An ARP probe as a whole broadcast frame: who has the address answers, RFC 5227 section 2.1.1. */
export const encodeArpProbe = (mac: readonly number[], address: Ipv4): Uint8Array =>
  encodeRequest(mac, 0, NOBODY, address)

const NOBODY: readonly number[] = [0, 0, 0, 0, 0, 0]

function encodeRequest(
  mac: readonly number[],
  sender: Ipv4,
  target_mac: readonly number[],
  target: Ipv4,
): Uint8Array {
  const frame = new Uint8Array(ETHERNET_HEADER + ARP_LENGTH)
  writeEthernet(frame, BROADCAST, mac, ETHERTYPE_ARP)
  writeU16(frame, 14, 1) // hardware type: Ethernet
  writeU16(frame, 16, 0x0800) // protocol type: IPv4
  frame[18] = 6
  frame[19] = 4
  writeU16(frame, 20, 1) // operation: request
  frame.set(mac, 22)
  writeU32(frame, 28, sender)
  frame.set(target_mac, 32)
  writeU32(frame, 38, target)
  return frame
}

/**
 * A packet without the Ethernet header.
 *
 * @returns undefined for what is no request or reply for IPv4 over Ethernet
 */
export function decodeArpPacket(packet: Uint8Array): Arp | undefined {
  const operation = operationOf(packet, 0)
  if (operation === undefined) return undefined
  return {
    operation,
    sender_mac: formatMac(packet, 8),
    sender: readU32(packet, 14),
    target_mac: formatMac(packet, 18),
    target: readU32(packet, 24),
  }
}

/** Who sends a whole frame; @returns undefined as `decodeArpPacket` */
export const arpSender = (frame: Uint8Array): Ipv4 | undefined =>
  readU16(frame, 12) === ETHERTYPE_ARP && operationOf(frame, ETHERNET_HEADER) !== undefined
    ? readU32(frame, ETHERNET_HEADER + 14)
    : undefined

/** The address that a whole frame asks for in nobody's name; undefined: it is no ARP probe. */
export const arpProbed = (frame: Uint8Array): Ipv4 | undefined =>
  arpSender(frame) === 0 && operationOf(frame, ETHERNET_HEADER) === 'request'
    ? readU32(frame, ETHERNET_HEADER + 24)
    : undefined

// Of a packet that begins there; undefined: not for IPv4 over Ethernet, or neither of the two.
function operationOf(bytes: Uint8Array, from: number): Arp['operation'] | undefined {
  if (bytes.length < from + ARP_LENGTH) return undefined
  if (readU16(bytes, from) !== 1 || readU16(bytes, from + 2) !== 0x0800) return undefined
  if (readU16(bytes, from + 4) !== 0x0604) return undefined
  const operation = readU16(bytes, from + 6)
  if (operation === 1) return 'request'
  return operation === 2 ? 'reply' : undefined
}
