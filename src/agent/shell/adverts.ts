import type { InterfaceName } from '../machine.ts'
import { EAGAIN } from './errno.ts'
import { POLL_IN, type Watcher } from './poll.ts'

/** A turn takes at most so many adverts of an interface, then looks at the other things. */
const PACKETS_A_TURN_MAX = 32
/** Longer than any advert: 255 addresses behind an IPv4 header with options. */
const PACKET_BYTES_MAX = 2048

/** The sockets of one interface that carries VRRP. */
export interface AdvertPort {
  /** A whole frame. Nobody waits for it: what the kernel does not take is counted. */
  send(frame: Uint8Array): void
  readonly unsent: () => number
}

/** -errno: a socket cannot be opened. */
export function openAdverts(
  link: { readonly name: string; readonly index: number },
  watcher: Watcher,
  receive: (packet: Uint8Array) => void,
): AdvertPort | number {
  const receiver = host.vrrpSocket(link.name, link.index)
  if (receiver < 0) return receiver
  const sender = host.packetSocket(link.index)
  if (sender < 0) return sender
  const buffer = new Uint8Array(PACKET_BYTES_MAX)
  let unsent = 0
  watcher.watch(receiver, POLL_IN, () => {
    for (let taken = 0; taken < PACKETS_A_TURN_MAX; taken += 1) {
      const count = host.recv(receiver, buffer)
      if (count === -EAGAIN) return
      // A packet that was too large is gone from the queue, as is an error of the link.
      if (count > 0) receive(buffer.slice(0, count))
    }
  })
  return {
    send(frame) {
      if (host.send(sender, frame) < 0) unsent += 1
    },
    unsent: () => unsent,
  }
}

export type AdvertPorts = ReadonlyMap<InterfaceName, AdvertPort>
