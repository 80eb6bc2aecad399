import type { KernelPort } from '../kernel/run.ts'
import type { NetlinkSocket } from '../kernel/talk.ts'
import { doFileStep } from './files.ts'

// include/uapi/linux/netlink.h
const PROTOCOLS: Readonly<Record<NetlinkSocket, number>> = { route: 0, netfilter: 12, generic: 16 }
/** The kernel fills no more than this of a reader's buffer with one part of a dump. */
const DATAGRAM_BYTES_MAX = 32 * 1024

export interface OpenKernel extends KernelPort {
  /** For the guard: where its messages are sent. */
  readonly fd: (socket: NetlinkSocket) => number
}

/** The three netlink sockets that requests go through. -errno: one cannot be opened. */
export function openKernel(): OpenKernel | number {
  const sockets = {
    route: host.netlinkSocket(PROTOCOLS.route, 0),
    netfilter: host.netlinkSocket(PROTOCOLS.netfilter, 0),
    generic: host.netlinkSocket(PROTOCOLS.generic, 0),
  }
  const failed = Object.values(sockets).find(fd => fd < 0)
  if (failed !== undefined) return failed
  const buffer = new Uint8Array(DATAGRAM_BYTES_MAX)
  let sequence = 1
  return {
    takeSequences(count) {
      const first = sequence
      // 0 is what the kernel puts into notifications.
      sequence = (sequence + count) % 0xffff_0000 || 1
      return first
    },
    send: (socket, datagram) => host.send(sockets[socket], datagram),
    receive(socket) {
      const count = host.recv(sockets[socket], buffer)
      return count < 0 ? count : buffer.subarray(0, count)
    },
    file: doFileStep,
    fd: socket => sockets[socket],
  }
}
