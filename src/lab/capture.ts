import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs'

/** One frame that a machine sent. */
export interface CapturedFrame {
  /** Microseconds of the machine's own clock since a moment before its start. */
  readonly at_us: number
  /** The first bytes of the frame. */
  readonly bytes: Uint8Array
}

/** An ARP answer or announcement. */
export interface ArpClaim {
  readonly at_us: number
  readonly address: string
  readonly mac: string
  /** Both addresses are the same: nobody had asked. */
  readonly isGratuitous: boolean
}

const FILE_HEADER_BYTES = 24
const RECORD_HEADER_BYTES = 16
const ETHERTYPE_ARP = 0x0806
const ETHERTYPE_IPV4 = 0x0800
const PROTOCOL_VRRP = 112
const ARP_BYTES = 42

/** Where the first frame of a capture file begins. */
export const CAPTURE_START = FILE_HEADER_BYTES

/** The frames of a capture file from a byte offset on. A record that is not whole yet is left. */
export function readFrames(
  file: string,
  from = CAPTURE_START,
): { readonly frames: readonly CapturedFrame[]; readonly next: number } {
  let content: Buffer
  try {
    content = readFrom(file, from)
  } catch {
    // The machine has not been on yet.
    return { frames: [], next: from }
  }
  const { frames, length } = decodeFrames(content)
  return { frames, next: from + length }
}

/** Bytes in a capture file so far: where a later `readFrames` begins. */
export function captureEnd(file: string): number {
  try {
    return statSync(file).size
  } catch {
    return CAPTURE_START
  }
}

/**
 * The records of a capture without its file header: little-endian, microseconds (libpcap).
 *
 * @returns the frames and how many bytes they took
 */
export function decodeFrames(content: Uint8Array): {
  readonly frames: readonly CapturedFrame[]
  readonly length: number
} {
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength)
  const frames: CapturedFrame[] = []
  let at = 0
  while (at + RECORD_HEADER_BYTES <= content.length) {
    const end = at + RECORD_HEADER_BYTES + view.getUint32(at + 8, true)
    if (end > content.length) break
    frames.push({
      at_us: view.getUint32(at, true) * 1_000_000 + view.getUint32(at + 4, true),
      bytes: content.slice(at + RECORD_HEADER_BYTES, end),
    })
    at = end
  }
  return { frames, length: at }
}

function readFrom(file: string, from: number): Buffer {
  const descriptor = openSync(file, 'r')
  try {
    const content = Buffer.alloc(Math.max(0, fstatSync(descriptor).size - from))
    return content.subarray(0, readSync(descriptor, content, 0, content.length, from))
  } finally {
    closeSync(descriptor)
  }
}

/** What the frame claims by ARP, if it does: every ARP packet but a plain question does. */
export function arpClaim({ at_us, bytes }: CapturedFrame): ArpClaim | undefined {
  if (etherType(bytes) !== ETHERTYPE_ARP || bytes.length < ARP_BYTES) return undefined
  const address = bytes.subarray(28, 32).join('.')
  const isGratuitous = address === bytes.subarray(38, 42).join('.')
  const isAnswer = bytes[21] === 2
  if (!isAnswer && !isGratuitous) return undefined
  return { at_us, address, mac: formatMac(bytes.subarray(22, 28)), isGratuitous }
}

/** VRID and priority of a VRRP advert, if the frame is one. */
export function advertOf({
  bytes,
}: CapturedFrame): { readonly vrid: number; readonly priority: number } | undefined {
  if (etherType(bytes) !== ETHERTYPE_IPV4 || bytes[23] !== PROTOCOL_VRRP) return undefined
  const start = 14 + ((bytes[14] ?? 0) & 15) * 4
  return { vrid: bytes[start + 1] ?? 0, priority: bytes[start + 2] ?? 0 }
}

function etherType(bytes: Uint8Array): number {
  return ((bytes[12] ?? 0) << 8) | (bytes[13] ?? 0)
}

function formatMac(bytes: Uint8Array): string {
  return Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join(':')
}
