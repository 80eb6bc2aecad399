import { type Moving, removingDatagrams } from '../kernel/moving.ts'
import { closingOwnMac } from '../kernel/own-mac-flip.ts'
import type { OwnMacVips } from '../kernel/own-mac-vips.ts'
import type { MadeVipDevice } from '../kernel/vip-device.ts'
import { closingDatagrams } from '../kernel/vip-flip.ts'
import type { OpenKernel } from './kernel-port.ts'

/**
 * Leaves with the host the messages that close every VIP, for the case that the agent
 * fails.
 *
 * @returns 0, or -errno where the host cannot take one
 */
export function guardVips(
  devices: readonly MadeVipDevice[],
  ownMac: readonly OwnMacVips[],
  moving: readonly Moving[],
  kernel: OpenKernel,
): number {
  host.guard(kernel.fd('route'), new Uint8Array(0))
  for (const { socket, datagram } of [
    ...closingDatagrams(devices),
    ...closingOwnMac(ownMac),
    ...removingDatagrams(moving),
  ]) {
    const result = host.guard(kernel.fd(socket), datagram)
    if (result < 0) return result
  }
  return 0
}
