// Finds a file in an ISO 9660 file system: ECMA-119, sections 8.4 (volume) and 9.1 (directories).
import { fail } from '../kit/problem.ts'
import { readPartitionTable } from './gpt.ts'
import { type ImageReader, truncated } from './image-reader.ts'

export const SECTOR_BYTES = 2048
const VOLUME_SECTOR = 16
const ROOT_RECORD_AT = 156
const RECORD_BYTES_MIN = 34
const FLAG_DIRECTORY = 2
const FLAG_MORE_EXTENTS = 128

// Our folders hold a dozen names; a folder beyond this is damage, not data.
const FOLDER_BYTES_MAX = 1 << 20

/** Where a file's bytes lie in the image: ISO files are one piece. */
export interface Extent {
  readonly offset: number
  readonly length: number
}

interface DirectoryRecord extends Extent {
  readonly name: string
  readonly isDirectory: boolean
}

/** True if the image says that it is an ISO 9660 file system, whole or not. */
export async function isVolume(image: ImageReader): Promise<boolean> {
  const at = VOLUME_SECTOR * SECTOR_BYTES
  if (image.size < at + SECTOR_BYTES) return false
  const head = await image.read(at, 6)
  return head[0] === 1 && head.toString('latin1', 1, 6) === 'CD001'
}

/**
 * Checks that the image is a whole ISO 9660 file system.
 *
 * @returns its size in bytes by its own account, and its root folder
 * @throws ProblemError `iso_unknown`, `iso_malformed` or `image_truncated`
 */
export async function openVolume(
  image: ImageReader,
): Promise<{ readonly size: number; readonly root: Extent }> {
  if (!(await isVolume(image))) notAnIso(image)
  const volume = await image.read(VOLUME_SECTOR * SECTOR_BYTES, SECTOR_BYTES)
  if (volume.readUInt16LE(128) !== SECTOR_BYTES) malformed(image, 'its sectors are not 2048 bytes')
  // Behind the file system there may be partitions.
  const disk = (await readPartitionTable(image))?.diskBytes ?? 0
  const size = Math.max(volume.readUInt32LE(80) * SECTOR_BYTES, disk)
  if (image.size < size) truncated(image.name, size, image.size)
  const root = readRecord(image, volume, ROOT_RECORD_AT)
  if (root === undefined || !root.isDirectory) return malformed(image, 'it has no root folder')
  return { size, root }
}

/**
 * Finds a file by its path, for example `/director/layout.json`; capitals do not matter.
 *
 * @returns undefined when there is none
 * @throws ProblemError `iso_malformed` or `image_truncated`
 */
export async function findExtent(
  image: ImageReader,
  root: Extent,
  path: string,
): Promise<Extent | undefined> {
  const names = path.split('/').filter(name => name !== '')
  let here: Extent = root
  for (const [index, name] of names.entries()) {
    const wanted = name.toUpperCase()
    const found = (await listFolder(image, here)).find(record => record.name === wanted)
    if (found === undefined || found.isDirectory !== index < names.length - 1) return undefined
    here = found
  }
  if (here.offset + here.length > image.size) {
    truncated(image.name, here.offset + here.length, image.size)
  }
  return { offset: here.offset, length: here.length }
}

// Deeper than this no folder of ours lies: a loop, not data.
const FOLDERS_DEEP_MAX = 16

/**
 * Lists every file with its place, in small letters and in the order of the folders.
 *
 * @throws ProblemError `iso_malformed` or `image_truncated`
 */
export async function listFiles(
  image: ImageReader,
  folder: Extent,
  above = '',
): Promise<(Extent & { readonly path: string })[]> {
  const files: (Extent & { readonly path: string })[] = []
  if (above.split('/').length > FOLDERS_DEEP_MAX) malformed(image, 'its folders lead in a circle')
  for (const { name, isDirectory, offset, length } of await listFolder(image, folder)) {
    // The folder itself and the one above it are named by one byte, 0 or 1.
    if (name === '\0' || name === '\x01') continue
    const path = `${above}${name.toLowerCase()}`
    if (!isDirectory) files.push({ path, offset, length })
    else files.push(...(await listFiles(image, { offset, length }, `${path}/`)))
  }
  return files
}

async function listFolder(image: ImageReader, folder: Extent): Promise<DirectoryRecord[]> {
  if (folder.length > FOLDER_BYTES_MAX) malformed(image, 'a folder is too large')
  const bytes = await image.read(folder.offset, folder.length)
  const records: DirectoryRecord[] = []
  for (let at = 0; at < bytes.length; ) {
    const record = readRecord(image, bytes, at)
    if (record !== undefined) records.push(record)
    // A record does not cross a sector; zero fills the rest of one.
    const length = bytes[at] ?? 0
    at = length === 0 ? at - (at % SECTOR_BYTES) + SECTOR_BYTES : at + length
  }
  return records
}

function readRecord(image: ImageReader, bytes: Buffer, at: number): DirectoryRecord | undefined {
  const length = bytes[at] ?? 0
  if (length === 0) return undefined
  const nameBytes = bytes[at + 32] ?? 0
  if (length < RECORD_BYTES_MIN || at + length > bytes.length || nameBytes > length - 33) {
    return malformed(image, 'a folder entry is damaged')
  }
  const flags = bytes[at + 25] ?? 0
  if ((flags & FLAG_MORE_EXTENTS) !== 0) return malformed(image, 'a file is in several pieces')
  const name = bytes.toString('latin1', at + 33, at + 33 + nameBytes)
  return {
    name: name.replace(/;\d+$/, '').replace(/\.$/, '').toUpperCase(),
    isDirectory: (flags & FLAG_DIRECTORY) !== 0,
    offset: bytes.readUInt32LE(at + 2) * SECTOR_BYTES,
    length: bytes.readUInt32LE(at + 10),
  }
}

function notAnIso(image: ImageReader): never {
  fail({
    code: 'iso_unknown',
    message: 'the file is not an ISO image',
    expected: 'an ISO 9660 volume descriptor at byte 32768',
    where: { file: image.name },
    remedy: 'name the ISO that `director build` wrote',
  })
}

function malformed(image: ImageReader, what: string): never {
  fail({
    code: 'iso_malformed',
    message: `the ISO image is damaged: ${what}`,
    where: { file: image.name },
    remedy: 'copy the image again, or build it again',
  })
}
