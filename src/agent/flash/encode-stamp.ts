// A stamp from what it was unpacked to, as docs/images.md describes it: a gzip member of a newc
// archive. The agent has no compressor, so the member holds its content as it is (RFC 1951, 3.2.4).
import { crc32 } from './crc32.ts'

/** The files of a stamp, as they are in the running system. */
export interface StampFiles {
  readonly node: string
  /** node.json. */
  readonly config: Uint8Array
  /** stamp.json. */
  readonly facts: Uint8Array
}

const FOLDER = 'etc/director'
const GZIP_HEAD = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 255]
const STORED_BYTES_MAX = 0xffff

/** Encodes a stamp whose content is the one that the tool wrote. */
export function encodeStampFiles({ node, config, facts }: StampFiles): Uint8Array {
  const none = new Uint8Array(0)
  const entries: readonly (readonly [string, number, Uint8Array])[] = [
    ['etc', 0o40755, none],
    [FOLDER, 0o40755, none],
    [`${FOLDER}/node.json`, 0o100600, config],
    [`${FOLDER}/stamp.d`, 0o40755, none],
    [`${FOLDER}/stamp.d/${node}`, 0o100644, none],
    [`${FOLDER}/stamp.json`, 0o100644, facts],
  ]
  const pieces = entries.map(([name, mode, content], index) =>
    newcEntry(name, [index + 1, mode, 0, 0, 1], content),
  )
  return gzipped(joined([...pieces, newcEntry('TRAILER!!!', [0, 0, 0, 0, 1], none)]))
}

// Linux, driver-api/early-userspace/buffer-format.rst: 13 fields, names and contents padded to 4.
function newcEntry(name: string, first: readonly number[], content: Uint8Array): Uint8Array {
  const fields = [...first, 0, content.length, 0, 0, 0, 0, name.length + 1, 0]
  const head = `070701${fields.map(field => field.toString(16).padStart(8, '0')).join('')}${name}\0`
  const headBytes = roundUp(head.length)
  const bytes = new Uint8Array(headBytes + roundUp(content.length))
  for (let at = 0; at < head.length; at++) bytes[at] = head.charCodeAt(at)
  bytes.set(content, headBytes)
  return bytes
}

const roundUp = (length: number) => Math.ceil(length / 4) * 4

function gzipped(content: Uint8Array): Uint8Array {
  const pieces: Uint8Array[] = [Uint8Array.from(GZIP_HEAD)]
  for (let at = 0; at < content.length; at += STORED_BYTES_MAX) {
    const block = content.subarray(at, at + STORED_BYTES_MAX)
    const isLast = at + STORED_BYTES_MAX >= content.length
    const { length } = block
    const head = [isLast ? 1 : 0, length & 0xff, length >> 8, ~length & 0xff, (~length >> 8) & 0xff]
    pieces.push(Uint8Array.from(head), block)
  }
  pieces.push(littleEndian(crc32(content)), littleEndian(content.length))
  return joined(pieces)
}

const littleEndian = (value: number) =>
  Uint8Array.from([0, 8, 16, 24], shift => (value >>> shift) & 0xff)

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const piece of pieces) {
    whole.set(piece, at)
    at += piece.length
  }
  return whole
}
