import { type FileHandle, open } from 'node:fs/promises'
import { DISK_BYTES_MIN } from '../agent/flash/disk-layout.ts'
import { produceAtomic } from '../kit/atomic.ts'
import type { Patch } from './patch.ts'

const PIECE_BYTES = 1 << 20
// What a file system gives out at least.
const STEP_BYTES = 4096

/** As `writePatched`, for an image that is mostly zeros: the copy has holes where they are. */
export async function writeSparsePatched(
  base: string,
  path: string,
  patches: readonly Patch[],
  mode: number,
): Promise<void> {
  const write = async (file: FileHandle) => {
    await copySparse(base, file)
    for (const { offset, bytes } of patches) await file.write(bytes, 0, bytes.length, offset)
  }
  await produceAtomic(path, write, { mode })
}

/** Writes a flash image that is zero but for some pieces, of which later ones lie over others. */
export async function writeDisk(
  path: string,
  pieces: readonly Patch[],
  mode: number,
): Promise<void> {
  const write = async (file: FileHandle) => {
    await file.truncate(DISK_BYTES_MIN)
    for (const { offset, bytes } of pieces) await file.write(bytes, 0, bytes.length, offset)
  }
  await produceAtomic(path, write, { mode })
}

async function copySparse(base: string, target: FileHandle): Promise<void> {
  const source = await open(base)
  try {
    const { size } = await source.stat()
    await target.truncate(size)
    const piece = Buffer.alloc(PIECE_BYTES)
    for (let at = 0; at < size; at += PIECE_BYTES) {
      const { bytesRead } = await source.read(piece, 0, PIECE_BYTES, at)
      await writeSparse(target, at, piece.subarray(0, bytesRead))
    }
  } finally {
    await source.close()
  }
}

const ZEROS = Buffer.alloc(PIECE_BYTES)

/** Writes bytes into a file that is zero there, and leaves out what is zero. */
async function writeSparse(file: FileHandle, offset: number, bytes: Uint8Array): Promise<void> {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let from = 0
  while (from < view.length) {
    const isZero = (at: number) => {
      const step = view.subarray(at, at + STEP_BYTES)
      return step.equals(ZEROS.subarray(0, step.length))
    }
    while (from < view.length && isZero(from)) from += STEP_BYTES
    let to = from
    while (to < view.length && !isZero(to)) to += STEP_BYTES
    const run = view.subarray(from, to)
    if (run.length > 0) await file.write(run, 0, run.length, offset + from)
    from = to
  }
}
