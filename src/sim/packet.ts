import { ETHERNET_HEADER } from '../agent/wire/ethernet.ts'

/**
 * The packet in a frame, copied byte by byte: for a view of so few bytes the engine would first
 * move the frame out of its own heap.
 */
export function packetIn(frame: Uint8Array): Uint8Array {
  const packet = new Uint8Array(frame.length - ETHERNET_HEADER)
  for (let at = 0; at < packet.length; at += 1) packet[at] = frame[ETHERNET_HEADER + at] as number
  return packet
}
