import { type FileHandle, open } from 'node:fs/promises'
import { fail } from '../kit/problem.ts'

/** Random access to an image on disk or in memory. */
export interface ImageReader {
  readonly size: number
  /** For messages. */
  readonly name: string
  /** Reads exactly so many bytes; beyond the end is a `Problem` with code `image_truncated`. */
  read(offset: number, length: number): Promise<Buffer>
  /**
   * As `read`, of an image in memory: the bytes in parts of what is held, one after the other,
   * without a copy. They must not be changed. Absent where bytes come from a disk.
   */
  held?(offset: number, length: number): readonly Uint8Array[]
}

/**
 * Opens an image, lends it to `use`, and closes it.
 *
 * @throws ProblemError `file_unreadable`
 */
export async function withImage<T>(
  path: string,
  use: (image: ImageReader) => Promise<T>,
): Promise<T> {
  const file = await open(path).catch((error: NodeJS.ErrnoException) =>
    unreadable(path, error.code ?? error.message, error),
  )
  try {
    const stat = await file.stat()
    if (!stat.isFile()) return unreadable(path, 'no regular file')
    return await use(handleReader(file, stat.size, path))
  } finally {
    await file.close()
  }
}

/** Reads an image that is open as a file. */
export function handleReader(file: FileHandle, size: number, name: string): ImageReader {
  return {
    size,
    name,
    async read(offset, length) {
      checkRange(name, size, offset, length)
      // Every byte of it is read, or the read is refused.
      const buffer = Buffer.allocUnsafe(length)
      const { bytesRead } = await file.read(buffer, 0, length, offset)
      if (bytesRead !== length) truncated(name, offset + length, offset + bytesRead)
      return buffer
    },
  }
}

/** Reads an image that is in memory. */
export function memoryReader(bytes: Uint8Array, name: string): ImageReader {
  const part = (offset: number, length: number) => {
    checkRange(name, bytes.length, offset, length)
    return bytes.subarray(offset, offset + length)
  }
  return {
    size: bytes.length,
    name,
    read: async (offset, length) => Buffer.from(part(offset, length)),
    held: (offset, length) => [part(offset, length)],
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

function unreadable(path: string, found: string, cause?: unknown): never {
  fail(
    { code: 'file_unreadable', message: 'the file cannot be read', found, where: { file: path } },
    cause,
  )
}
