// One gzip member with a fixed header: RFC 1952.
import { constants, crc32, deflateRawSync, inflateRawSync } from 'node:zlib'
import { fail } from '../kit/problem.ts'

// No time, no name, slowest compression, unknown system: equal contents give equal bytes.
const HEADER = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 255)
const FOOTER_BYTES = 8

/** Compresses bytes to one gzip member that holds no time and no name. */
export function encodeGzip(content: Uint8Array): Uint8Array {
  const footer = Buffer.alloc(FOOTER_BYTES)
  footer.writeUInt32LE(crc32(content), 0)
  footer.writeUInt32LE(content.length, 4)
  const body = deflateRawSync(content, { level: constants.Z_BEST_COMPRESSION, ...room(content) })
  return Buffer.concat([HEADER, body, footer])
}

// A small content needs no large tables, which take longer to clear than it takes to compress.
const SMALL_BYTES = 4096
const room = ({ length }: Uint8Array) =>
  length <= SMALL_BYTES ? { windowBits: 12, memLevel: 5 } : { memLevel: 9 }

/** True if the bytes begin as a gzip member of ours does. */
export function beginsAsGzip(bytes: Uint8Array): boolean {
  return HEADER.every((byte, index) => bytes[index] === byte)
}

/**
 * Reads the gzip member at the start of `bytes`, which must be one that `encodeGzip` wrote.
 *
 * @param contentBytesMax more content than this is refused before it is made
 * @returns the content and how many bytes the member takes
 * @throws ProblemError `gzip_malformed`
 */
export function decodeGzip(
  bytes: Uint8Array,
  contentBytesMax: number,
): { readonly content: Uint8Array; readonly length: number } {
  if (!beginsAsGzip(bytes)) malformed('it does not begin with the header that the tool writes')
  const { content, bodyBytes } = inflate(bytes.subarray(HEADER.length), contentBytesMax)
  const footerAt = HEADER.length + bodyBytes
  const length = footerAt + FOOTER_BYTES
  if (length > bytes.length) malformed('it ends too early')
  const footer = Buffer.from(bytes.subarray(footerAt, length))
  if (footer.readUInt32LE(0) !== crc32(content)) malformed('its checksum is wrong')
  if (footer.readUInt32LE(4) !== content.length) malformed('its length is wrong')
  return { content, length }
}

interface Inflated {
  readonly buffer: Buffer
  readonly engine: { readonly bytesWritten: number }
}

function inflate(bytes: Uint8Array, contentBytesMax: number) {
  try {
    const options = { maxOutputLength: contentBytesMax, info: true }
    // With `info` the result also says how much of the input was used; @types/node does not know.
    const result = inflateRawSync(bytes, options) as unknown as Inflated
    return { content: result.buffer, bodyBytes: result.engine.bytesWritten }
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'Z_BUF_ERROR') malformed('it ends too early')
    if (code === 'ERR_BUFFER_TOO_LARGE') {
      malformed(`its content is larger than ${contentBytesMax} bytes`)
    }
    return malformed('its compressed data is damaged')
  }
}

function malformed(what: string): never {
  fail({ code: 'gzip_malformed', message: `the gzip data cannot be read: ${what}` })
}
