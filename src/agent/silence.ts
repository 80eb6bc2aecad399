import type { NodeConfig } from '../model/node-config.ts'
import { type Duration, milliseconds } from './units.ts'

/** A supervisor sees the silence and closes every VIP within this, however many they are. */
export const CLOSING_MAX = milliseconds(50)

/**
 * So long the loop of an active node may be silent: half of the shortest Active_Down_Interval that
 * a peer can have (RFC 9568 6.1). It takes over no sooner than three intervals after our last
 * advert.
 */
export function silenceMax(config: NodeConfig): Duration {
  const intervals = config.vrrp.instances.map(each => each.advert_interval_ms)
  return milliseconds(Math.min(...intervals, 40_950) * 1.5)
}
