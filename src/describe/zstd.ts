// Zstandard frames: RFC 8878, sections 3.1.1 (frames) and 3.1.1.2 (blocks).
import zlib from 'node:zlib'
import { openToolbox } from '../base/toolbox.ts'
import { fail } from '../kit/problem.ts'
import { quietSteps } from '../kit/steps.ts'

export const ZSTD_MAGIC = 0xfd2fb528

const BLOCK_HEADER_BYTES = 3
const CHECKSUM_BYTES = 4
const RLE_BLOCK = 1

/**
 * How many bytes the frame at the beginning takes; what follows it is not looked at.
 *
 * @throws ProblemError `zstd_malformed`
 */
export function zstdFrameBytes(bytes: Buffer): number {
  if (bytes.length < 6 || bytes.readUInt32LE(0) !== ZSTD_MAGIC) malformed('it has no frame')
  const descriptor = bytes[4] ?? 0
  const isSingle = (descriptor & 0x20) !== 0
  const dictionary = [0, 1, 2, 4][descriptor & 3] ?? 0
  const size = [isSingle ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0
  let at = 5 + (isSingle ? 0 : 1) + dictionary + size
  for (;;) {
    if (at + BLOCK_HEADER_BYTES > bytes.length) malformed('it ends too early')
    const header = bytes.readUIntLE(at, BLOCK_HEADER_BYTES)
    const isRun = ((header >> 1) & 3) === RLE_BLOCK
    at += BLOCK_HEADER_BYTES + (isRun ? 1 : header >> 3)
    if ((header & 1) === 1) break
  }
  const end = at + ((descriptor & 4) === 0 ? 0 : CHECKSUM_BYTES)
  return end <= bytes.length ? end : malformed('it ends too early')
}

interface WithZstd {
  zstdDecompressSync?(bytes: Uint8Array): Buffer
}

/**
 * Decompresses the frame at the beginning: by Node where it can, else by the recipe's program.
 *
 * @throws ProblemError `zstd_malformed`, or as `openToolbox`
 */
export async function unzstd(bytes: Buffer): Promise<Buffer> {
  const input = bytes.subarray(0, zstdFrameBytes(bytes))
  const native = (zlib as WithZstd).zstdDecompressSync
  if (native !== undefined) return native(input)
  const tools = await openToolbox('tools', { steps: quietSteps, locked: false })
  return Buffer.from(await tools.run('zstd', ['-dcq'], { input }))
}

function malformed(what: string): never {
  fail({ code: 'zstd_malformed', message: `the zstd data cannot be read: ${what}` })
}
