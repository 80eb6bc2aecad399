/** Frames of the director heartbeat, DHB/1, as docs/heartbeat.md has them and in its order. */

import { part, readU8, readU16, readU32, writeU16, writeU32 } from './bytes.ts'
import { crc32c } from './crc32c.ts'

export const MAGIC = 0xd1
/** Of what this version says; docs/heartbeat.md has what came with each. */
export const MINOR = 1
export const HEADER_BYTES = 12
/** Header, session tag, sequence number. */
export const BODY_AT = 24
export const MAC_BYTES = 16
export const CRC_BYTES = 4
export const FRAME_BYTES_MAX = 252
export const NONCE_BYTES = 16
export const BOOT_BYTES = 8

export const HELLO = 1
export const BEAT = 2
export type FrameType = typeof HELLO | typeof BEAT

export const ROLES = ['initialize', 'backup', 'active', 'fault'] as const
export type WireRole = (typeof ROLES)[number]

/** Flags of byte 3: a hint for peers of any version, decided upon by none. */
export const FLAG_CAN_TAKE = 0x04
export const FLAG_INHIBITED = 0x08
export const FLAG_STOPPING = 0x10

/** The twelve bytes that every version has. */
export interface Header {
  readonly major: number
  readonly minor: number
  readonly type: number
  readonly role: WireRole
  readonly flags: number
  readonly cluster: number
  readonly node: number
  readonly key: number
  readonly priority: number
  readonly term: number
  readonly length: number
}

export type FrameRefusal = 'size_bad' | 'crc_bad' | 'magic_bad' | 'length_bad'

/** Reads the header of a decoded frame, or names the check that refused the frame. */
export function decodeHeader(frame: Uint8Array): Header | FrameRefusal {
  if (frame.length < BODY_AT + MAC_BYTES + CRC_BYTES) return 'size_bad'
  const end = frame.length - CRC_BYTES
  if (crc32c(frame, end) !== readU32(frame, end)) return 'crc_bad'
  if (readU8(frame, 0) !== MAGIC) return 'magic_bad'
  if (readU16(frame, 10) !== frame.length) return 'length_bad'
  const version = readU8(frame, 1)
  const state = readU8(frame, 3)
  return {
    major: version >>> 4,
    minor: version & 15,
    type: readU8(frame, 2),
    role: ROLES[state & 3] as WireRole,
    flags: state & 0xfc,
    cluster: readU16(frame, 4),
    node: readU8(frame, 6),
    key: readU8(frame, 7),
    priority: readU8(frame, 8),
    term: readU8(frame, 9),
    length: frame.length,
  }
}

const scratch = new Uint8Array(FRAME_BYTES_MAX)

export interface Outgoing extends Omit<Header, 'length'> {
  readonly tag: number
  readonly seq: number
}

type Mac = (signed: Uint8Array) => Uint8Array

/**
 * A whole frame before the stuffing, good until the next one is begun. `body` is the
 * type-length-value part; `mac` gives 32 bytes of which 16 are sent.
 */
export function encodeFrame(out: Outgoing, body: Uint8Array, mac: Mac): Uint8Array {
  const end = BODY_AT + body.length
  checkLength(end)
  beginFrame(out).set(body, BODY_AT)
  return endFrame(end, mac)
}

/** Begins a frame, whose body is to be written into what is returned, at `BODY_AT`. */
export function beginFrame(out: Outgoing): Uint8Array {
  scratch[0] = MAGIC
  scratch[1] = (out.major << 4) | out.minor
  scratch[2] = out.type
  scratch[3] = ROLES.indexOf(out.role) | out.flags
  writeU16(scratch, 4, out.cluster)
  scratch[6] = out.node
  scratch[7] = out.key
  scratch[8] = out.priority
  scratch[9] = out.term
  writeU32(scratch, 12, out.tag)
  writeU32(scratch, 16, Math.floor(out.seq / 0x1_0000_0000))
  writeU32(scratch, 20, out.seq)
  return scratch
}

/** The frame that was begun, whose body ends before `end`. As `encodeFrame` gives it. */
export function endFrame(end: number, mac: Mac): Uint8Array {
  const length = checkLength(end)
  writeU16(scratch, 10, length)
  const digest = mac(part(scratch, 0, end))
  for (let at = 0; at < MAC_BYTES; at += 1) scratch[end + at] = digest[at] as number
  writeU32(scratch, length - CRC_BYTES, crc32c(scratch, length - CRC_BYTES))
  return part(scratch, 0, length)
}

function checkLength(end: number): number {
  const length = end + MAC_BYTES + CRC_BYTES
  if (length > FRAME_BYTES_MAX) throw new Error(`a frame of ${length} bytes`)
  return length
}

export const tagOf = (frame: Uint8Array) => readU32(frame, 12)
export const seqOf = (frame: Uint8Array) => readU32(frame, 16) * 0x1_0000_0000 + readU32(frame, 20)
/** What the MAC is over: all before it. */
export const signedOf = (frame: Uint8Array) => part(frame, 0, bodyEndOf(frame))
export const bodyEndOf = (frame: Uint8Array) => frame.length - MAC_BYTES - CRC_BYTES
export const bodyOf = (frame: Uint8Array) => part(frame, BODY_AT, bodyEndOf(frame))

/** Whether the frame's MAC is that one. Every byte is looked at, however early they differ. */
export function isMac(frame: Uint8Array, mac: Uint8Array): boolean {
  const from = bodyEndOf(frame)
  let difference = 0
  for (let at = 0; at < MAC_BYTES; at += 1) {
    difference |= (frame[from + at] ?? 0) ^ (mac[at] ?? 0)
  }
  return difference === 0
}
