// Writes and reads a GUID partition table: UEFI 2.10, section 5.3.
import { crc32 } from './crc32.ts'
import { BLOCK_BYTES } from './disk-layout.ts'
import { decodeGuid, encodeGuid } from './guid.ts'

/** One entry of a table. */
export interface GptPartition {
  readonly name: string
  readonly type: string
  readonly guid: string
  /** Bytes from the beginning of the disk; whole blocks. */
  readonly offset: number
  readonly length: number
}

export interface Gpt {
  readonly disk: string
  /** Where the copy of the header is: the last block of the disk that the table is for. */
  readonly diskBytes: number
  readonly partitions: readonly GptPartition[]
}

/** Bytes for one place of a disk. */
export interface DiskPiece {
  readonly offset: number
  readonly bytes: Uint8Array
}

const ENTRIES = 128
const ENTRY_BYTES = 128
const NAME_BYTES_MAX = 72
const HEADER_BYTES = 92
const TABLE_BLOCKS = (ENTRIES * ENTRY_BYTES) / BLOCK_BYTES
const FIRST_USABLE = 2 + TABLE_BLOCKS
const SIGNATURE = 'EFI PART'

/** Bytes at the beginning of a disk and at its end that a table needs. */
export const GPT_HEAD_BYTES = FIRST_USABLE * BLOCK_BYTES
export const GPT_TAIL_BYTES = (1 + TABLE_BLOCKS) * BLOCK_BYTES

/**
 * Encodes a table and its copy at the end of the disk.
 *
 * @returns the pieces, the protective MBR's not among them
 */
export function encodeGpt({ disk, diskBytes, partitions }: Gpt): readonly DiskPiece[] {
  const entries = new Uint8Array(ENTRIES * ENTRY_BYTES)
  for (const [index, each] of partitions.entries()) {
    entries.set(encodeEntry(each), index * ENTRY_BYTES)
  }
  const last = Math.floor(diskBytes / BLOCK_BYTES) - 1
  const table = { disk, last, crc: crc32(entries) }
  const copyAt = last - TABLE_BLOCKS
  return [
    { offset: BLOCK_BYTES, bytes: encodeHeader({ ...table, own: 1, other: last, entriesAt: 2 }) },
    { offset: 2 * BLOCK_BYTES, bytes: entries },
    { offset: copyAt * BLOCK_BYTES, bytes: entries },
    {
      offset: last * BLOCK_BYTES,
      bytes: encodeHeader({ ...table, own: last, other: 1, entriesAt: copyAt }),
    },
  ]
}

function encodeEntry({ name, type, guid, offset, length }: GptPartition): Uint8Array {
  const bytes = new Uint8Array(ENTRY_BYTES)
  bytes.set(encodeGuid(type))
  bytes.set(encodeGuid(guid), 16)
  setNumber(bytes, 32, offset / BLOCK_BYTES)
  setNumber(bytes, 40, (offset + length) / BLOCK_BYTES - 1)
  for (let at = 0; at < Math.min(name.length, NAME_BYTES_MAX / 2); at++) {
    bytes[56 + 2 * at] = name.charCodeAt(at)
  }
  return bytes
}

interface Header {
  readonly disk: string
  /** Blocks, as all that follows. */
  readonly last: number
  readonly own: number
  readonly other: number
  readonly entriesAt: number
  readonly crc: number
}

function encodeHeader({ disk, last, own, other, entriesAt, crc }: Header): Uint8Array {
  const bytes = new Uint8Array(BLOCK_BYTES)
  for (let at = 0; at < SIGNATURE.length; at++) bytes[at] = SIGNATURE.charCodeAt(at)
  // Revision 1.0.
  setNumber(bytes, 8, 0x1_0000, 4)
  setNumber(bytes, 12, HEADER_BYTES, 4)
  setNumber(bytes, 24, own)
  setNumber(bytes, 32, other)
  setNumber(bytes, 40, FIRST_USABLE)
  setNumber(bytes, 48, last - TABLE_BLOCKS - 1)
  bytes.set(encodeGuid(disk), 56)
  setNumber(bytes, 72, entriesAt)
  setNumber(bytes, 80, ENTRIES, 4)
  setNumber(bytes, 84, ENTRY_BYTES, 4)
  setNumber(bytes, 88, crc, 4)
  setNumber(bytes, 16, crc32(bytes.subarray(0, HEADER_BYTES)), 4)
  return bytes
}

/**
 * The partition entries of a protective MBR for the first sector, bytes 446 to 511.
 *
 * The second entry, of type 0, is nothing but marked active: there are BIOSes that start no disk
 * without such an entry.
 */
export function encodeProtectiveMbr(diskBytes: number): Uint8Array {
  const bytes = new Uint8Array(66)
  bytes.set([0x00, 0x00, 0x02, 0x00, 0xee, 0xff, 0xff, 0xff])
  setNumber(bytes, 8, 1, 4)
  setNumber(bytes, 12, Math.min(Math.floor(diskBytes / BLOCK_BYTES) - 1, 0xffff_ffff), 4)
  bytes[16] = 0x80
  setNumber(bytes, 28, 1, 4)
  bytes.set([0x55, 0xaa], 64)
  return bytes
}

/**
 * Reads the table at the beginning of a disk.
 *
 * @param head the first `GPT_HEAD_BYTES` bytes
 * @returns undefined where there is none, or one that is damaged or of another shape than ours
 */
export function decodeGpt(head: Uint8Array): Gpt | undefined {
  const header = head.subarray(BLOCK_BYTES, BLOCK_BYTES + HEADER_BYTES)
  for (let at = 0; at < SIGNATURE.length; at++) {
    if (header[at] !== SIGNATURE.charCodeAt(at)) return undefined
  }
  const blank = Uint8Array.from(header)
  blank.fill(0, 16, 20)
  if (crc32(blank) !== number(header, 16, 4)) return undefined
  if (number(header, 80, 4) !== ENTRIES || number(header, 84, 4) !== ENTRY_BYTES) return undefined
  if (number(header, 72) !== 2) return undefined
  const entries = head.subarray(2 * BLOCK_BYTES, GPT_HEAD_BYTES)
  if (crc32(entries) !== number(header, 88, 4)) return undefined
  const partitions: GptPartition[] = []
  for (let at = 0; at < entries.length; at += ENTRY_BYTES) {
    const entry = entries.subarray(at, at + ENTRY_BYTES)
    if (entry.subarray(0, 16).some(byte => byte !== 0)) partitions.push(decodeEntry(entry))
  }
  const diskBytes = (number(header, 32) + 1) * BLOCK_BYTES
  return { disk: decodeGuid(header.subarray(56, 72)), diskBytes, partitions }
}

function decodeEntry(entry: Uint8Array): GptPartition {
  const offset = number(entry, 32) * BLOCK_BYTES
  let name = ''
  for (let at = 56; at < ENTRY_BYTES && number(entry, at, 2) !== 0; at += 2) {
    name += String.fromCharCode(number(entry, at, 2))
  }
  return {
    name,
    type: decodeGuid(entry.subarray(0, 16)),
    guid: decodeGuid(entry.subarray(16, 32)),
    offset,
    length: (number(entry, 40) + 1) * BLOCK_BYTES - offset,
  }
}

function setNumber(bytes: Uint8Array, at: number, value: number, size = 8): void {
  let rest = value
  for (let index = 0; index < size; index++) {
    bytes[at + index] = rest % 256
    rest = Math.floor(rest / 256)
  }
}

function number(bytes: Uint8Array, at: number, size = 8): number {
  let value = 0
  for (let index = size - 1; index >= 0; index--) value = value * 256 + (bytes[at + index] ?? 0)
  return value
}
