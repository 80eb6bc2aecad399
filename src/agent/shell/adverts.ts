import type { InterfaceName } from '../machine.ts'
import type { Family } from '../wire/address.ts'
import { encodeAddress } from '../wire/text-address.ts'
import { EAGAIN } from './errno.ts'
import { POLL_IN, type Watcher } from './poll.ts'

/** A turn takes at most so many adverts of an interface, then looks at the other things. */
const PACKETS_A_TURN_MAX = 32
/** Longer than any advert: 255 addresses of 16 bytes behind an IPv6 header. */
const PACKET_BYTES_MAX = 4608

/** The sockets of one interface that carries VRRP. */
export interface AdvertPort {
  /** A whole frame. Nobody waits for it: what the kernel does not take is counted. */
  send(frame: Uint8Array): void
  /** A whole IP packet for one address of the link. */
  sendTo(destination: string, packet: Uint8Array): void
  readonly unsent: () => number
}

/**
 * Opens VRRP of the families on an interface.
 *
 * @returns -errno: a socket cannot be opened
 */
export function openAdverts(
  link: { readonly name: string; readonly index: number },
  families: ReadonlySet<Family>,
  watcher: Watcher,
  receive: (packet: Uint8Array) => void,
): AdvertPort | number {
  const sender = host.packetSocket(link.index)
  if (sender < 0) return sender
  const buffer = new Uint8Array(PACKET_BYTES_MAX)
  const receivers = new Map<Family, number>()
  let unsent = 0
  for (const family of families) {
    const receiver = host.vrrpSocket(link.name, link.index, family === 6 ? 1 : 0)
    if (receiver < 0) return receiver
    receivers.set(family, receiver)
    const read = family === 6 ? host.recvIpv6 : host.recv
    watcher.watch(receiver, POLL_IN, () => {
      for (let taken = 0; taken < PACKETS_A_TURN_MAX; taken += 1) {
        const count = read(receiver, buffer)
        if (count === -EAGAIN) return
        // A packet that was too large is gone from the queue, as is an error of the link.
        if (count > 0) receive(buffer.slice(0, count))
      }
    })
  }
  return {
    send(frame) {
      if (host.send(sender, frame) < 0) unsent += 1
    },
    sendTo(destination, packet) {
      const to = encodeAddress(destination)
      const fd = receivers.get(to.length === 4 ? 4 : 6) ?? -1
      if (host.sendTo(fd, packet, to, link.index) < 0) unsent += 1
    },
    unsent: () => unsent,
  }
}

export type AdvertPorts = ReadonlyMap<InterfaceName, AdvertPort>
