// The entries of a GUID partition table: UEFI 2.10, section 5.3.3.
import { readPartitionTable } from '../stamp/gpt.ts'
import type { ImageReader } from '../stamp/image-reader.ts'
import type { Range } from './member.ts'

const BLOCK_BYTES = 512
const ENTRIES_MAX = 1024

/** A partition by its name in the table, or by its number where it has none. */
export interface Partition extends Range {
  readonly name: string
}

/** Lists the partitions of an image; none where it has no table. */
export async function listPartitions(image: ImageReader): Promise<Partition[]> {
  if ((await readPartitionTable(image)) === undefined) return []
  const header = await image.read(BLOCK_BYTES, 96)
  const at = Number(header.readBigUInt64LE(72)) * BLOCK_BYTES
  const [count, bytes] = [header.readUInt32LE(80), header.readUInt32LE(84)]
  if (count > ENTRIES_MAX || bytes < 128 || bytes > 1024) return []
  const table = await image.read(at, count * bytes)
  const found: Partition[] = []
  for (let index = 0; index < count; index += 1) {
    const entry = table.subarray(index * bytes, (index + 1) * bytes)
    if (entry.subarray(0, 16).every(byte => byte === 0)) continue
    const [first, last] = [Number(entry.readBigUInt64LE(32)), Number(entry.readBigUInt64LE(40))]
    const name = entry.toString('utf16le', 56, 128).replace(/\0.*$/s, '')
    found.push({
      name: name === '' ? String(index + 1) : name,
      offset: first * BLOCK_BYTES,
      length: Math.max(0, last - first + 1) * BLOCK_BYTES,
    })
  }
  return found
}
