/** ARP and neighbour discovery as the kernel of a simulated node does it. */

import { type Address, parseAddress } from '../agent/wire/address.ts'
import { arpProbed, arpSender, encodeGratuitousArp } from '../agent/wire/arp.ts'
import { readU16 } from '../agent/wire/bytes.ts'
import { ETHERNET_HEADER, ETHERTYPE_ARP, virtualMac } from '../agent/wire/ethernet.ts'
import { readIpv6 } from '../agent/wire/ipv6.ts'
import { decodeNeighbour, encodeUnsolicitedNeighbour } from '../agent/wire/neighbour.ts'
import type { VrrpInstanceConfig } from '../model/node-config.ts'
import { deliver, NOT_YET, type SimNode } from './node.ts'
import { packetIn } from './packet.ts'

const ICMPV6 = 58
const SOLICITATION = 135
const ADVERTISEMENT = 136

/** Whether a frame is of ARP or neighbour discovery. */
export const isNeighbour = (frame: Uint8Array): boolean =>
  readU16(frame, 12) === ETHERTYPE_ARP || typeOf(frame) !== undefined

/** Whether a frame asks who has an address, in nobody's name. */
export const isQuestion = (frame: Uint8Array): boolean => askedFor(frame) !== undefined

/** The address that a frame asks for; undefined: it asks for none. */
export function askedFor(frame: Uint8Array): Address | undefined {
  if (typeOf(frame) === SOLICITATION) return readIpv6(frame, ETHERNET_HEADER + 48)
  return arpProbed(frame)
}

/** What says that an address is at a MAC address, to everybody. */
export const claimFrame = (address: Address, mac: readonly number[]): Uint8Array =>
  typeof address === 'number'
    ? encodeGratuitousArp(mac, address)
    : encodeUnsolicitedNeighbour(mac, address)

/**
 * The kernel answers for open VIPs whatever the process does; the process is handed what the filter
 * of its socket lets through.
 */
export function receiveNeighbour(node: SimNode, name: string, frame: Uint8Array): void {
  const asked = askedFor(frame)
  if (asked !== undefined) {
    answer(node, name, asked)
    return
  }
  const claimed = arpSender(frame) ?? decodeNeighbour(frame)?.target
  const instance = claimed === undefined ? undefined : holderOf(node, name, claimed)
  if (claimed === undefined || instance === undefined) return
  const isVirtual = frame[6] === 0 && frame[8] === 0x5e && frame[11] === instance.vrid
  if (isVirtual && claimed !== vipsOf(instance).first) return
  deliver(node, { kind: 'neighbour', interface: name, packet: packetIn(frame), at: NOT_YET })
}

function answer(node: SimNode, name: string, asked: Address): void {
  const instance = holderOf(node, name, asked)
  if (instance === undefined || !node.kernel.open.has(instance.name)) return
  const mac = virtualMac(instance.vrid, typeof asked === 'number' ? 4 : 6)
  node.wires.get(name)?.send(node.name, claimFrame(asked, mac), 'arp')
}

function holderOf(node: SimNode, name: string, address: Address): VrrpInstanceConfig | undefined {
  return node.config.vrrp.instances.find(
    instance => instance.interface === name && vipsOf(instance).all.has(address),
  )
}

interface Vips {
  readonly first: Address | undefined
  readonly all: ReadonlySet<Address>
}

// With thousands of VIPs reading them for each frame would show.
const known = new WeakMap<VrrpInstanceConfig, Vips>()

function vipsOf(instance: VrrpInstanceConfig): Vips {
  const found = known.get(instance)
  if (found !== undefined) return found
  const { addresses, more_addresses = [] } = instance
  const list = [...addresses, ...more_addresses].flatMap(text => parseAddress(text) ?? [])
  const vips = { first: list[0], all: new Set(list) }
  known.set(instance, vips)
  return vips
}

function typeOf(frame: Uint8Array): number | undefined {
  const isIcmp = readU16(frame, 12) === 0x86dd && frame[ETHERNET_HEADER + 6] === ICMPV6
  const type = isIcmp ? frame[ETHERNET_HEADER + 40] : undefined
  return type === SOLICITATION || type === ADVERTISEMENT ? type : undefined
}
