import type { VrrpInstanceConfig } from '../../model/node-config.ts'
import type { Ipv4 } from '../wire/ipv4.ts'
import { ADDRESSES_MAX, encodeAdvertFrame } from '../wire/vrrp.ts'
import type { InstanceState } from './state.ts'

/**
 * Builds the two frames that an instance ever sends, so that a tick only hands them out: the
 * advertisement, and the one with priority 0. At most 255 VIPs are listed, the first ones.
 */
export function buildFrames(
  config: Pick<VrrpInstanceConfig, 'vrid' | 'priority' | 'advert_interval_ms'>,
  addresses: readonly Ipv4[],
  source: Ipv4,
): NonNullable<InstanceState['frames']> {
  const advert = {
    vrid: config.vrid,
    priority: config.priority,
    interval_cs: config.advert_interval_ms / 10,
    addresses: addresses.slice(0, ADDRESSES_MAX),
  }
  return {
    advert: encodeAdvertFrame(advert, source),
    release: encodeAdvertFrame({ ...advert, priority: 0 }, source),
  }
}
