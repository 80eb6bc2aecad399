// Reads a FAT file system: Microsoft's FAT specification, sections 3 (BPB), 4 (FAT), 6 (folders).
import { fail } from '../kit/problem.ts'
import { type ImageReader, memoryReader } from '../stamp/image-reader.ts'
import { type Member, partOf } from './member.ts'

const ENTRY_BYTES = 32
const FLAG_VOLUME = 8
const FLAG_FOLDER = 16
const LONG_NAME = 15
const DELETED = 0xe5
// Of a loader's partition; more is damage.
const CLUSTERS_MAX = 1 << 20

interface Volume {
  readonly image: ImageReader
  readonly clusterBytes: number
  readonly dataAt: number
  /** The cluster after each; what ends a chain is beyond the last one. */
  readonly next: readonly number[]
}

/**
 * Lists the files of a FAT file system, and its structures as one more.
 *
 * @throws ProblemError `fat_malformed`, `image_truncated`
 */
export async function fatMembers(image: ImageReader): Promise<Member[]> {
  const boot = await image.read(0, 512)
  const sector = boot.readUInt16LE(11)
  const clusterBytes = (boot[13] ?? 0) * sector
  const fatSectors = boot.readUInt16LE(22) || boot.readUInt32LE(36)
  const fatAt = boot.readUInt16LE(14) * sector
  const rootAt = fatAt + (boot[16] ?? 0) * fatSectors * sector
  const rootBytes = boot.readUInt16LE(17) * ENTRY_BYTES
  const dataAt = rootAt + rootBytes
  const sectors = boot.readUInt16LE(19) || boot.readUInt32LE(32)
  const clusters = Math.floor((sectors * sector - dataAt) / clusterBytes)
  if (!(clusters > 0 && clusters < CLUSTERS_MAX)) malformed(image, 'its sizes')
  const fat = await image.read(fatAt, fatSectors * sector)
  const volume = { image, clusterBytes, dataAt, next: readChains(fat, clusters) }
  const root =
    rootBytes > 0
      ? await image.read(rootAt, rootBytes)
      : await readChain(volume, boot.readUInt32LE(44))
  const structures = partOf(image, '(file system)', 0, dataAt)
  return [
    ...(await listFolder(volume, root, '')),
    { path: '(file system)', kind: 'file', content: structures, isRest: true },
  ]
}

/** The width of an entry follows from the count of clusters, and from nothing else. */
function readChains(fat: Buffer, clusters: number): number[] {
  const bits = clusters < 4085 ? 12 : clusters < 65_525 ? 16 : 32
  return Array.from({ length: clusters + 2 }, (_, cluster) => {
    const at = Math.floor((cluster * bits) / 8)
    if (at + 2 > fat.length) return 0
    if (bits === 32) return at + 4 > fat.length ? 0 : fat.readUInt32LE(at) & 0x0fffffff
    const pair = fat.readUInt16LE(at)
    if (bits === 16) return pair
    return cluster % 2 === 0 ? pair & 0xfff : pair >> 4
  })
}

async function readChain(volume: Volume, first: number): Promise<Buffer> {
  const { image, clusterBytes, dataAt, next } = volume
  const pieces: Buffer[] = []
  for (let at = first; at >= 2 && at < next.length; at = next[at] ?? 0) {
    if (pieces.length > next.length) malformed(image, 'a chain that is a circle')
    pieces.push(await image.read(dataAt + (at - 2) * clusterBytes, clusterBytes))
  }
  return Buffer.concat(pieces)
}

async function listFolder(volume: Volume, folder: Buffer, above: string): Promise<Member[]> {
  const members: Member[] = []
  if (above.split('/').length > 8) malformed(volume.image, 'folders that lead in a circle')
  for (let at = 0; at + ENTRY_BYTES <= folder.length && folder[at] !== 0; at += ENTRY_BYTES) {
    const flags = folder[at + 11] ?? 0
    const isHidden = folder[at] === DELETED || folder[at] === 0x2e || flags === LONG_NAME
    if (isHidden || (flags & FLAG_VOLUME) !== 0) continue
    const part = (from: number, to: number) => folder.toString('latin1', at + from, at + to).trim()
    const suffix = part(8, 11)
    const path = `${above}${part(0, 8)}${suffix === '' ? '' : `.${suffix}`}`.toLowerCase()
    const first = folder.readUInt16LE(at + 26) | (folder.readUInt16LE(at + 20) << 16)
    const content = await readChain(volume, first)
    if ((flags & FLAG_FOLDER) !== 0)
      members.push(...(await listFolder(volume, content, `${path}/`)))
    else {
      const bytes = content.subarray(0, folder.readUInt32LE(at + 28))
      members.push({ path, kind: 'file', content: memoryReader(bytes, path) })
    }
  }
  return members
}

function malformed(image: ImageReader, found: string): never {
  fail({
    code: 'fat_malformed',
    message: 'the FAT file system cannot be read',
    found,
    where: { file: image.name },
    remedy: 'copy the image again, or build it again',
  })
}
