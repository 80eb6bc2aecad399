import type { HeartbeatPath } from '../../model/node-config.ts'
import { ENODEV } from '../kernel/errno.ts'
import type { Link } from '../wire/netlink-link.ts'
import { encodeAddress } from '../wire/text-address.ts'
import type { Port } from './path.ts'

/** Datagrams to the peer and from it alone, through one interface. */
export function udpPort(path: HeartbeatPath, link: Link | undefined): Port {
  const { address = '', peer_address: peer = '', port = 0 } = path
  return {
    open: () =>
      link === undefined
        ? -ENODEV
        : host.udpSocket(link.name, link.index, encodeAddress(address), encodeAddress(peer), port),
    read: (fd, into) => host.recv(fd, into),
    write: (fd, bytes) => host.send(fd, bytes),
    counters: () => undefined,
    // A peer whose agent does not run refuses datagrams; the socket is as good as before.
    isLost: errno => errno === ENODEV,
  }
}
