import { readPartitionTable } from '../stamp/gpt.ts'
import { beginsAsGzip } from '../stamp/gzip.ts'
import type { ImageReader } from '../stamp/image-reader.ts'
import { isVolume } from '../stamp/iso9660.ts'
import { ZSTD_MAGIC } from './zstd.ts'

/** What some bytes look like from their beginning; they may be damaged all the same. */
export type Shape =
  | 'iso'
  | 'disk'
  | 'fat'
  | 'archive'
  | 'zstd'
  | 'gzip'
  | 'elf'
  | 'kernel'
  | 'json'
  | 'text'
  | 'binary'

const HEAD_BYTES = 4096

/** Looks at the beginning of some bytes. */
export async function sniff(image: ImageReader): Promise<Shape> {
  const head = await image.read(0, Math.min(image.size, HEAD_BYTES))
  const begins = (text: string, at = 0) => head.toString('latin1', at, at + text.length) === text
  if (begins('070701')) return isHeadAlone(head, image.size) ? 'binary' : 'archive'
  if (head.length >= 4 && head.readUInt32LE(0) === ZSTD_MAGIC) return 'zstd'
  if (beginsAsGzip(head)) return 'gzip'
  if (begins('\x7fELF')) return 'elf'
  if (begins('HdrS', 0x202)) return 'kernel'
  if (await isVolume(image)) return 'iso'
  if ((await readPartitionTable(image)) !== undefined) return 'disk'
  if (begins('FAT12   ', 54) || begins('FAT16   ', 54) || begins('FAT32   ', 82)) return 'fat'
  if (!isText(head)) return 'binary'
  return /^\s*[{[]/.test(head.toString('latin1')) ? 'json' : 'text'
}

/**
 * True for the head of one file of an archive, which a loader puts before the file itself: the
 * kernel's buffer-format.rst, c_filesize and c_namesize.
 */
function isHeadAlone(head: Buffer, size: number): boolean {
  const field = (at: number) => Number.parseInt(head.toString('latin1', at, at + 8), 16)
  const end = 110 + field(94)
  return field(54) > 0 && size === end + (-end & 3)
}

/** True for UTF-8 without control characters but those of lines; its last character may be cut. */
export function isText(bytes: Uint8Array): boolean {
  if (bytes.some(byte => byte < 32 && byte !== 9 && byte !== 10 && byte !== 13 && byte !== 27)) {
    return false
  }
  const text = new TextDecoder().decode(bytes)
  return !text.slice(0, -4).includes('\ufffd')
}
