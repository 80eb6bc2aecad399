import type { MadeVipDevice } from '../kernel/vip-device.ts'
import { closingDatagrams } from '../kernel/vip-flip.ts'
import type { OpenKernel } from './kernel-port.ts'

/**
 * Leaves with the host the messages that close every VIP device, for the case that the agent
 * fails.
 *
 * @returns 0, or -errno where the host cannot take one
 */
export function guardDevices(devices: readonly MadeVipDevice[], kernel: OpenKernel): number {
  let slot = 0
  for (const device of devices) {
    for (const { socket, datagram } of closingDatagrams(device)) {
      const result = host.guard(slot, kernel.fd(socket), datagram)
      if (result < 0) return result
      slot += 1
    }
  }
  return 0
}
