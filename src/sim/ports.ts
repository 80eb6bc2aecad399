/** What a simulated node's kernel does with frames, datagrams and the serial port. */

import { asLater } from './later.ts'
import { isNeighbour, receiveNeighbour } from './neighbours.ts'
import { deliver, NOT_YET, type SimNode } from './node.ts'
import { packetIn } from './packet.ts'
import type { Cargo } from './wire.ts'

/** Tells the process how a path of the heartbeat is. */
export function reportPath(node: SimNode, name: string): void {
  const path = node.config.heartbeat?.paths.find(other => other.name === name)
  if (path === undefined) return
  const open = path.kind === 'udp' || (node.line?.isOpen ?? false)
  const report = { kind: 'path', path: name, open, errno: open ? 0 : ENODEV, unsent: 0 } as const
  const counters = path.kind === 'serial' ? node.line?.counters : undefined
  const line = counters === undefined ? {} : { line: { ...counters } }
  deliver(node, { ...report, ...line, at: NOT_YET })
}

const ENODEV = 19

/** Sends one frame of the heartbeat. */
export function sendBeat(node: SimNode, name: string, sent: Uint8Array): void {
  const bytes = node.options.isLater === true ? asLater(node, sent) : sent
  const path = node.config.heartbeat?.paths.find(other => other.name === name)
  node.tapped?.push({ path: name, bytes })
  if (path?.kind === 'serial') node.line?.send(bytes)
  else node.wires.get(path?.interface ?? '')?.send(node.name, bytes, 'datagram')
}

/** Bytes came in on the line. */
export function receiveSerial(node: SimNode, bytes: Uint8Array): void {
  const path = node.config.heartbeat?.paths.find(({ kind }) => kind === 'serial')
  if (!node.powered || path === undefined) return
  const { framing = 0, overrun = 0 } = node.line?.counters ?? {}
  if (framing + overrun !== node.lineErrors) {
    node.lineErrors = framing + overrun
    reportPath(node, path.name)
  }
  deliver(node, { kind: 'heard', path: path.name, bytes, at: NOT_YET })
}

/** Something arrived: the kernel hands VRRP packets and the peer's datagrams to the process. */
export function receiveFrame(node: SimNode, name: string, frame: Uint8Array, cargo: Cargo): void {
  if (!node.powered) return
  if (cargo === 'datagram') {
    const path = node.config.heartbeat?.paths.find(other => other.interface === name)
    if (path === undefined) return
    deliver(node, { kind: 'heard', path: path.name, bytes: frame, at: NOT_YET })
    return
  }
  const isIpv4 = frame[12] === 0x08 && frame[13] === 0x00
  const isIpv6 = frame[12] === 0x86 && frame[13] === 0xdd
  if (isNeighbour(frame)) {
    receiveNeighbour(node, name, frame)
    return
  }
  if ((isIpv4 && frame[23] === 112) || (isIpv6 && frame[20] === 112))
    deliver(node, { kind: 'advert', interface: name, packet: packetIn(frame), at: NOT_YET })
}
