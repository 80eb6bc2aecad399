import type { ImageReader } from '../stamp/image-reader.ts'
import type { Entry } from '../tree/tree.ts'

/** One thing inside a folder, an image or an archive. */
export interface Member {
  /** From the top of what holds it, without a leading slash. */
  readonly path: string
  readonly kind: Entry['kind']
  /** Permission bits, where the container keeps them. */
  readonly mode?: number
  /** `user:group` as numbers, where the container keeps them. */
  readonly owner?: string
  /** Of a link, or the numbers of a device. */
  readonly target?: string
  /** The bytes of a file. */
  readonly content?: ImageReader
  /** Bytes of the container itself, which hold no members. */
  readonly isRest?: boolean
}

/** A part of an image as an image of its own; what is beyond its end cannot be read. */
export function partOf(
  image: ImageReader,
  name: string,
  offset: number,
  length: number,
): ImageReader {
  const size = Math.max(0, Math.min(length, image.size - offset))
  return {
    size,
    name: `${image.name}: ${name}`,
    read: (at, bytes) => image.read(offset + at, Math.max(0, Math.min(bytes, size - at))),
  }
}

/** Byte range of an image. */
export interface Range {
  readonly offset: number
  readonly length: number
}

/** What of an image no range covers, as one image: tables, headers, padding. */
export async function restOf(
  image: ImageReader,
  name: string,
  taken: readonly Range[],
): Promise<Member> {
  const pieces: ImageReader[] = []
  let at = 0
  for (const { offset, length } of [...taken].sort((left, right) => left.offset - right.offset)) {
    if (offset > at) pieces.push(partOf(image, name, at, offset - at))
    at = Math.max(at, offset + length)
  }
  if (at < image.size) pieces.push(partOf(image, name, at, image.size - at))
  const content = joined(pieces, `${image.name}: ${name}`)
  return { path: name, kind: 'file', content, isRest: true }
}

function joined(pieces: readonly ImageReader[], name: string): ImageReader {
  const size = pieces.reduce((sum, piece) => sum + piece.size, 0)
  return {
    size,
    name,
    async read(offset, length) {
      const found: Buffer[] = []
      let start = 0
      for (const piece of pieces) {
        const from = Math.max(offset, start)
        const to = Math.min(offset + length, start + piece.size)
        if (to > from) found.push(await piece.read(from - start, to - from))
        start += piece.size
      }
      return Buffer.concat(found)
    },
  }
}
