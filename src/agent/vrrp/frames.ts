import type { VrrpInstanceConfig } from '../../model/node-config.ts'
import { item } from '../never.ts'
import type { Turn } from '../state.ts'
import { type Address, formatAddress } from '../wire/address.ts'
import { ADDRESSES_MAX, type Advert, VRRP_GROUP, VRRP_GROUP_6 } from '../wire/vrrp.ts'
import { encodeAdvertPacket, multicastFrame } from '../wire/vrrp-packet.ts'
import { macOf, sourceOf } from './source.ts'
import type { Frames, InstanceState } from './state.ts'

/**
 * Builds the two messages that an instance ever sends, so that a tick only hands them out: the
 * advertisement, and the one with priority 0. At most 255 VIPs are listed, the first ones.
 */
function buildFrames(
  config: VrrpInstanceConfig,
  {
    family,
    addresses,
    listed,
    peer,
  }: Pick<InstanceState, 'family' | 'addresses' | 'listed' | 'peer'>,
  source: Address,
  mac: readonly number[],
): Frames {
  const advert: Advert = {
    version: config.version,
    vrid: config.vrid,
    priority: config.priority,
    interval_cs: config.advert_interval_ms / 10,
    addresses: addresses.slice(0, Math.min(listed, ADDRESSES_MAX)),
  }
  const group = family === 4 ? VRRP_GROUP : VRRP_GROUP_6
  const destination = config.unicast ? peer : undefined
  const build = (priority: number): Frames['advert'] => {
    const ends = { source, destination: destination ?? group }
    const packet = encodeAdvertPacket({ ...advert, priority }, ends, config.checksum)
    if (destination !== undefined) {
      const to = { interface: config.interface, destination: formatAddress(destination) }
      return { kind: 'send_to', ...to, packet }
    }
    const frame = multicastFrame(packet, config.vrid, family, mac)
    return { kind: 'send', interface: config.interface, frame }
  }
  return { advert: build(config.priority), release: build(0) }
}

/** Builds the frames anew, after a change of the source's addresses or of the priority. */
export function renewFrames(turn: Turn, instance: InstanceState): void {
  const source = sourceOf(item(turn.state.interfaces, instance.interface), instance.family)
  const config = item(turn.state.config.vrrp.instances, instance.index)
  const { priority } = instance.router
  const mac = macOf(turn.state, instance)
  instance.frames =
    source === undefined || mac === undefined
      ? undefined
      : buildFrames({ ...config, priority }, instance, source, mac)
}
