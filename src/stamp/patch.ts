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

/** An image as it would be with patches in it; later ones lie over earlier ones. */
export function patchedReader(image: ImageReader, patches: readonly Patch[]): ImageReader {
  const { size, name, held } = image
  return {
    size,
    name,
    async read(offset, length) {
      const piece = await image.read(offset, length)
      for (const patch of patches) overlay(piece, offset, patch)
      return piece
    },
    ...(held === undefined
      ? {}
      : { held: (offset, length) => heldParts(held, patches, offset, length) }),
  }
}

function overlay(piece: Buffer, pieceAt: number, patch: Patch): void {
  const [from, to] = covered(patch, pieceAt, piece.length)
  if (from < to) {
    piece.set(patch.bytes.subarray(from - patch.offset, to - patch.offset), from - pieceAt)
  }
}

/** What the last patch covers comes from it, and what is before and behind it from the others. */
function heldParts(
  held: NonNullable<ImageReader['held']>,
  patches: readonly Patch[],
  offset: number,
  length: number,
): readonly Uint8Array[] {
  const patch = patches.at(-1)
  if (patch === undefined) return length === 0 ? [] : held(offset, length)
  const below = patches.slice(0, -1)
  const [from, to] = covered(patch, offset, length)
  if (from >= to) return heldParts(held, below, offset, length)
  return [
    ...heldParts(held, below, offset, from - offset),
    patch.bytes.subarray(from - patch.offset, to - patch.offset),
    ...heldParts(held, below, to, offset + length - to),
  ]
}

/** The part of a range that a patch covers: from here to before there; empty unless from < to. */
function covered({ offset, bytes }: Patch, start: number, length: number): [number, number] {
  return [Math.max(start, offset), Math.min(start + length, offset + bytes.length)]
}
