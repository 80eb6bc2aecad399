import { item } from '../never.ts'
import { encodeGratuitousArp } from '../wire/arp.ts'
import { encodeUnsolicitedNeighbour } from '../wire/neighbour.ts'
import type { InstanceState } from './state.ts'

/** The frame that makes one VIP known: gratuitous ARP or an unsolicited neighbour advertisement. */
export function announcementOf(
  instance: InstanceState,
  mac: readonly number[],
  index: number,
): Uint8Array {
  const address = item(instance.addresses, index)
  return typeof address === 'number'
    ? encodeGratuitousArp(mac, address)
    : encodeUnsolicitedNeighbour(mac, address)
}
