import { item } from '../never.ts'
import { encodeGratuitousArp } from '../wire/arp.ts'
import { virtualMac } from '../wire/ethernet.ts'
import { encodeUnsolicitedNeighbour } from '../wire/neighbour.ts'
import type { InstanceState } from './state.ts'

/** The frame that makes one VIP known: gratuitous ARP or an unsolicited neighbour advertisement. */
export function announcementOf(instance: InstanceState, index: number): Uint8Array {
  const mac = virtualMac(instance.vrid, instance.family)
  const address = item(instance.addresses, index)
  return typeof address === 'number'
    ? encodeGratuitousArp(mac, address)
    : encodeUnsolicitedNeighbour(mac, address)
}
