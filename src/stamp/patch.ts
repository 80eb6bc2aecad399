import { randomBytes } from 'node:crypto'
import { constants, copyFile, type FileHandle, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { produceAtomic } from '../kit/atomic.ts'
import { makeFolders } from '../kit/folder.ts'
import type { ImageReader } from './image-reader.ts'

/** Bytes that replace those of an image at one place; the image keeps its size. */
export interface Patch {
  readonly offset: number
  readonly bytes: Uint8Array
}

const PIECE_BYTES = 1 << 20

/** Writes a file under its name when it is whole, as `produceAtomic` and a batch do. */
export type Produce = (
  path: string,
  write: (file: FileHandle, temporaryPath: string) => Promise<unknown>,
  options: { readonly mode: number },
) => Promise<void>

/**
 * Writes a copy of an image with patches in it. Where the file system can share blocks between
 * files, only the patched ones take space.
 */
export async function writePatched(
  base: string,
  path: string,
  patches: readonly Patch[],
  mode: number,
  produce: Produce = produceAtomic,
): Promise<void> {
  const write = async (file: FileHandle, temporary: string) => {
    await copyFile(base, temporary, constants.COPYFILE_FICLONE)
    for (const { offset, bytes } of patches) await file.write(bytes, 0, bytes.length, offset)
  }
  await produce(path, write, { mode })
}

/**
 * Whether a copy of `base` in a folder shares its blocks (`reflink`), or has blocks of its own.
 * Tries it; where the answer is `copy` nothing was copied.
 */
export async function howCopied(base: string, folder: string): Promise<'reflink' | 'copy'> {
  const probe = join(folder, `.${randomBytes(4).toString('hex')}.part`)
  try {
    makeFolders(folder)
    await copyFile(base, probe, constants.COPYFILE_FICLONE_FORCE)
    return 'reflink'
  } catch {
    return 'copy'
  } finally {
    await rm(probe, { force: true }).catch(() => undefined)
  }
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

/** An image as it would be with patches in it: only patched pieces are copied. */
export function patchedReader(image: ImageReader, patches: readonly Patch[]): ImageReader {
  return {
    ...image,
    async read(offset, length) {
      const piece = await image.read(offset, length)
      const own = patches.filter(each => each.offset < offset + length && endOf(each) > offset)
      if (own.length === 0) return piece
      // The piece may be a part of what others read, too.
      const patched = Buffer.from(piece)
      for (const patch of own) overlay(patched, offset, patch)
      return patched
    },
  }
}

const endOf = ({ offset, bytes }: Patch) => offset + bytes.length

function overlay(piece: Buffer, pieceAt: number, patch: Patch): void {
  const from = Math.max(pieceAt, patch.offset)
  const to = Math.min(pieceAt + piece.length, endOf(patch))
  piece.set(patch.bytes.subarray(from - patch.offset, to - patch.offset), from - pieceAt)
}
