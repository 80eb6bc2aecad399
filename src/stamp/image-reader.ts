import type { FileHandle } from 'node:fs/promises'
import { fail } from '../kit/problem.ts'

/** Random access to an image on disk or in memory. */
export interface ImageReader {
  readonly size: number
  /** For messages. */
  readonly name: string
  /** Reads exactly so many bytes; beyond the end is a `Problem` with code `image_truncated`. */
  read(offset: number, length: number): Promise<Buffer>
}

/** Reads an open file. */
export async function fileReader(file: FileHandle, name: string): Promise<ImageReader> {
  const { size } = await file.stat()
  return {
    size,
    name,
    async read(offset, length) {
      checkRange(name, size, offset, length)
      const buffer = Buffer.alloc(length)
      const { bytesRead } = await file.read(buffer, 0, length, offset)
      if (bytesRead !== length) truncated(name, offset + length, offset + bytesRead)
      return buffer
    },
  }
}

/** Reads an image that is in memory. */
export function memoryReader(bytes: Uint8Array, name: string): ImageReader {
  return {
    size: bytes.length,
    name,
    async read(offset, length) {
      checkRange(name, bytes.length, offset, length)
      return Buffer.from(bytes.subarray(offset, offset + length))
    },
  }
}

function checkRange(name: string, size: number, offset: number, length: number): void {
  if (offset + length > size) truncated(name, offset + length, size)
}

/** Says that an image ends before something that should be in it. */
export function truncated(name: string, expected: number, found: number): never {
  fail({
    code: 'image_truncated',
    message: 'the image is cut short',
    expected: `at least ${expected} bytes`,
    found: `${found} bytes`,
    where: { file: name },
    remedy: 'copy the image again, or build it again',
  })
}
