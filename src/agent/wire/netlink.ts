// Netlink messages, include/uapi/linux/netlink.h. Host byte order, which is little endian on
// every machine that this agent is built for (x86_64, aarch64).

/** One message to the kernel, before it has a sequence number. */
export interface NetlinkRequest {
  readonly type: number
  /** NLM_F_*. */
  readonly flags: number
  /** What follows the header: the family's own header and its attributes. */
  readonly payload: Uint8Array
}

export interface NetlinkMessage extends NetlinkRequest {
  readonly sequence: number
  /** The port of the socket that it answers; 0 in a notification. */
  readonly port: number
}

export const NLM_F_REQUEST = 0x1
export const NLM_F_ACK = 0x4
export const NLM_F_DUMP_INTR = 0x10
/** NLM_F_ROOT | NLM_F_MATCH. */
export const NLM_F_DUMP = 0x300
export const NLM_F_REPLACE = 0x100
export const NLM_F_EXCL = 0x200
export const NLM_F_CREATE = 0x400
export const NLM_F_APPEND = 0x800

export const NLMSG_NOOP = 1
export const NLMSG_ERROR = 2
export const NLMSG_DONE = 3

export const AF_UNSPEC = 0
export const AF_INET = 2
export const AF_INET6 = 10

const HEADER = 16

/** struct nlmsghdr and the payload, padded to 4 bytes. */
export function encodeMessage(request: NetlinkRequest, sequence: number, port = 0): Uint8Array {
  const length = HEADER + request.payload.length
  const bytes = new Uint8Array((length + 3) & ~3)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, length, true)
  view.setUint16(4, request.type, true)
  view.setUint16(6, request.flags, true)
  view.setUint32(8, sequence, true)
  view.setUint32(12, port, true)
  bytes.set(request.payload, HEADER)
  return bytes
}

/** The whole messages at the start of a datagram. What is cut short or malformed is left out. */
export function decodeMessages(datagram: Uint8Array): NetlinkMessage[] {
  const messages: NetlinkMessage[] = []
  const view = new DataView(datagram.buffer, datagram.byteOffset, datagram.byteLength)
  let at = 0
  while (at + HEADER <= datagram.length) {
    const length = view.getUint32(at, true)
    if (length < HEADER || at + length > datagram.length) break
    messages.push({
      type: view.getUint16(at + 4, true),
      flags: view.getUint16(at + 6, true),
      sequence: view.getUint32(at + 8, true),
      port: view.getUint32(at + 12, true),
      payload: datagram.subarray(at + HEADER, at + length),
    })
    at += (length + 3) & ~3
  }
  return messages
}

/**
 * The positive errno that NLMSG_ERROR or NLMSG_DONE carries; 0 is success.
 * An NLMSG_DONE without one means success, an NLMSG_ERROR without one is malformed: undefined.
 */
export function decodeErrno(message: NetlinkMessage): number | undefined {
  if (message.payload.length < 4) return message.type === NLMSG_DONE ? 0 : undefined
  const { buffer, byteOffset } = message.payload
  return Math.abs(new DataView(buffer, byteOffset, 4).getInt32(0, true))
}

/** Several pieces of bytes as one. */
export function concat(...pieces: readonly Uint8Array[]): Uint8Array {
  let length = 0
  for (const piece of pieces) length += piece.length
  const bytes = new Uint8Array(length)
  let at = 0
  for (const piece of pieces) {
    bytes.set(piece, at)
    at += piece.length
  }
  return bytes
}
