import { ENODEV } from '../kernel/errno.ts'
import type { Effect, InterfaceName } from '../machine.ts'
import { type Family, familyOf, parseAddress } from '../wire/address.ts'
import { readU16 } from '../wire/bytes.ts'
import { decodeEchoReply, encodeEchoRequest } from '../wire/icmp.ts'
import type { Link } from '../wire/netlink-link.ts'
import { encodeAddress } from '../wire/text-address.ts'
import { POLL_IN, type Watcher } from './poll.ts'

/** Requests to the targets of connectivity groups. */
export interface Pings {
  send(effect: Effect & { readonly kind: 'ping' }): void
}

const REPLIES_A_TURN_MAX = 32
const REPLY_BYTES_MAX = 2_048

/** A request that cannot be sent is one that is not answered. */
export function openPings(
  links: ReadonlyMap<InterfaceName, Link>,
  watcher: Watcher,
  pong: (target: string, sequence: number) => void,
): Pings {
  const buffer = new Uint8Array(REPLY_BYTES_MAX)
  host.random(buffer.subarray(0, 2))
  const identifier = readU16(buffer, 0)
  const sockets = new Map<string, number>()

  const read = (fd: number, family: Family) => {
    for (let taken = 0; taken < REPLIES_A_TURN_MAX; taken += 1) {
      const count = family === 4 ? host.recv(fd, buffer) : host.recvIpv6(fd, buffer)
      if (count < 0) return
      const reply = decodeEchoReply(buffer.subarray(0, count))
      if (reply?.identifier === identifier) pong(reply.source, reply.sequence)
    }
  }
  const socketFor = (link: Link, family: Family) => {
    const name = `${link.name} ${family}`
    const known = sockets.get(name)
    if (known !== undefined) return known
    const fd = host.echoSocket(link.name, family === 6 ? 1 : 0)
    if (fd < 0) return fd
    sockets.set(name, fd)
    watcher.watch(fd, POLL_IN, () => read(fd, family))
    return fd
  }
  const forget = (fd: number) => {
    for (const [name, known] of sockets) if (known === fd) sockets.delete(name)
    watcher.forget(fd)
    host.close(fd)
  }
  return {
    send({ interface: name, target, sequence }) {
      const link = links.get(name)
      const address = parseAddress(target)
      if (link === undefined || address === undefined) return
      const family = familyOf(address)
      const fd = socketFor(link, family)
      if (fd < 0) return
      const request = encodeEchoRequest(family, { identifier, sequence })
      const sent = host.sendTo(fd, request, encodeAddress(target), link.index)
      if (sent === -ENODEV) forget(fd)
    },
  }
}
