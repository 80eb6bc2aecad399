import { constants, copyFile, type FileHandle } from 'node:fs/promises'
import { produceAtomic } from '../kit/atomic.ts'
import type { ImageReader } from './image-reader.ts'

/** Bytes that replace those of an image at one place; the image keeps its size. */
export interface Patch {
  readonly offset: number
  readonly bytes: Uint8Array
}

const PIECE_BYTES = 1 << 20

/**
 * Writes a copy of an image with patches in it. Where the file system can share blocks between
 * files, only the patched ones take space.
 */
export async function writePatched(
  base: string,
  path: string,
  patches: readonly Patch[],
  mode: number,
): Promise<void> {
  const write = async (file: FileHandle, temporary: string) => {
    await copyFile(base, temporary, constants.COPYFILE_FICLONE)
    for (const { offset, bytes } of patches) await file.write(bytes, 0, bytes.length, offset)
  }
  await produceAtomic(path, write, { mode })
}

/** The bytes of an image with patches in it, in pieces, for a pipe. */
export async function* streamPatched(
  image: ImageReader,
  patches: readonly Patch[],
): AsyncGenerator<Uint8Array> {
  const patched = patchedReader(image, patches)
  for (let offset = 0; offset < image.size; offset += PIECE_BYTES) {
    yield await patched.read(offset, Math.min(PIECE_BYTES, image.size - offset))
  }
}

/** An image as it would be with patches in it: nothing is copied or written. */
export function patchedReader(image: ImageReader, patches: readonly Patch[]): ImageReader {
  return {
    size: image.size,
    name: image.name,
    async read(offset, length) {
      const piece = await image.read(offset, length)
      for (const patch of patches) overlay(piece, offset, patch)
      return piece
    },
  }
}

function overlay(piece: Buffer, pieceAt: number, patch: Patch): void {
  const from = Math.max(pieceAt, patch.offset)
  const to = Math.min(pieceAt + piece.length, patch.offset + patch.bytes.length)
  if (from >= to) return
  piece.set(patch.bytes.subarray(from - patch.offset, to - patch.offset), from - pieceAt)
}
