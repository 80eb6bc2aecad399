import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DISK_BYTES_MIN } from '../agent/flash/disk-layout.ts'
import type { DiskPiece } from '../agent/flash/gpt.ts'
import type { ImageReader } from '../stamp/image-reader.ts'
import { patchedReader } from '../stamp/patch.ts'

/** Names of the files that hold a flash image in the cache: what is not zero of it, and where. */
export const FLASH_PARTS = { bytes: 'flash.parts', places: 'flash.json' } as const

interface Place {
  readonly offset: number
  readonly length: number
  /** In the file of bytes; slots with the same system share theirs. */
  readonly at: number
}

/** Writes the pieces of an image into a folder, equal ones once. */
export async function writeFlashParts(pieces: readonly DiskPiece[], folder: string): Promise<void> {
  const known = new Map<Uint8Array, number>()
  const parts: Uint8Array[] = []
  let end = 0
  const places: Place[] = []
  for (const { offset, bytes } of pieces) {
    const at = known.get(bytes) ?? end
    if (at === end) {
      known.set(bytes, at)
      parts.push(bytes)
      end += bytes.length
    }
    places.push({ offset, length: bytes.length, at })
  }
  await writeFile(join(folder, FLASH_PARTS.bytes), Buffer.concat(parts))
  await writeFile(join(folder, FLASH_PARTS.places), JSON.stringify(places))
}

/** Reads the pieces back. */
export async function readFlashParts(folder: string): Promise<readonly DiskPiece[]> {
  const bytes = await readFile(join(folder, FLASH_PARTS.bytes))
  const text = await readFile(join(folder, FLASH_PARTS.places), 'utf8')
  return (JSON.parse(text) as readonly Place[]).map(({ at, length, offset }) => ({
    offset,
    bytes: bytes.subarray(at, at + length),
  }))
}

/** The image that the pieces make, as if it were a file. */
export function imageOfPieces(pieces: readonly DiskPiece[], name: string): ImageReader {
  const zeros: ImageReader = {
    size: DISK_BYTES_MIN,
    name,
    read: async (_, length) => Buffer.alloc(length),
  }
  return patchedReader(zeros, pieces)
}
