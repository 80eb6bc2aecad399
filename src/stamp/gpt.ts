// Reads a GUID partition table: UEFI 2.10, section 5.3. An ISO's is for blocks of 512 bytes.
import type { ImageReader } from './image-reader.ts'

const BLOCK_BYTES = 512
const SIGNATURE = 'EFI PART'
const TYPE_EFI_SYSTEM = '28732ac11ff8d211ba4b00a0c93ec93b'

// Ours have 248; the standard's least is 128.
const ENTRIES_MAX = 1024
const ENTRY_BYTES_MIN = 128
const ENTRY_BYTES_MAX = 1024

/** What a partition table says of the image that holds it. */
export interface PartitionTable {
  /** The table's copy ends the disk: bytes to behind it. */
  readonly diskBytes: number
  readonly hasEfiSystem: boolean
}

/**
 * Reads the partition table of an image.
 *
 * @returns undefined when there is none
 * @throws ProblemError `image_truncated` when its entries are not in the image
 */
export async function readPartitionTable(image: ImageReader): Promise<PartitionTable | undefined> {
  if (image.size < 2 * BLOCK_BYTES) return undefined
  const header = await image.read(BLOCK_BYTES, 96)
  if (header.toString('latin1', 0, SIGNATURE.length) !== SIGNATURE) return undefined
  const diskBytes = (Number(header.readBigUInt64LE(32)) + 1) * BLOCK_BYTES
  const [count, bytes] = [header.readUInt32LE(80), header.readUInt32LE(84)]
  if (count > ENTRIES_MAX || bytes < ENTRY_BYTES_MIN || bytes > ENTRY_BYTES_MAX) {
    return { diskBytes, hasEfiSystem: false }
  }
  const at = Number(header.readBigUInt64LE(72)) * BLOCK_BYTES
  const entries = await image.read(at, count * bytes)
  const types = Array.from({ length: count }, (_, index) =>
    entries.toString('hex', index * bytes, index * bytes + 16),
  )
  return { diskBytes, hasEfiSystem: types.includes(TYPE_EFI_SYSTEM) }
}
