import { ask, askBatch, startExchange } from '../kernel/ask.ts'
import type { Answer, Talk } from '../kernel/talk.ts'
import { type MadeVipDevice, VIP_TABLE } from '../kernel/vip-device.ts'
import { setLink } from '../wire/netlink-link.ts'
import { setPolicy } from '../wire/netlink-nftables.ts'
import type { OpenKernel } from './kernel-port.ts'

/**
 * Leaves with the host the messages that close every VIP device, for the case that the agent
 * fails: the filter first, then protodown.
 *
 * @returns a positive errno where the host cannot take one
 */
export function guardDevices(devices: readonly MadeVipDevice[], kernel: OpenKernel): number {
  let slot = 0
  for (const { name, index } of devices) {
    const talks = [
      askBatch([setPolicy(VIP_TABLE, name, 'drop')]),
      ask('route', [setLink(index, { protoDown: true })]),
    ]
    for (const talk of talks) {
      const errno = leave(slot, talk, kernel)
      if (errno !== 0) return errno
      slot += 1
    }
  }
  return 0
}

function leave(slot: number, talk: Talk<Answer>, kernel: OpenKernel): number {
  if (talk.kind !== 'ask') return 0
  const { socket, requests } = talk.ask
  const { datagram } = startExchange(talk.ask, kernel.takeSequences(requests.length))
  return -Math.min(0, host.guard(slot, kernel.fd(socket), datagram))
}
