import { readdir, readlink, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { COPIES, configCell, SLOTS } from '../agent/flash/disk-layout.ts'
import { type ImageReader, memoryReader, withImage } from '../stamp/image-reader.ts'
import { listFiles, openVolume } from '../stamp/iso9660.ts'
import { decodeCpio } from '../tree/cpio.ts'
import type { Entry, Tree } from '../tree/tree.ts'
import { fatMembers } from './fat.ts'
import { type Member, partOf, restOf } from './member.ts'
import { listPartitions } from './partitions.ts'
import { slotMembers } from './slot-members.ts'
import type { Shape } from './sniff.ts'
import { unzstd, ZSTD_MAGIC } from './zstd.ts'

// An archive that we write is smaller by far, packed or not.
const WHOLE_BYTES_MAX = 512 << 20

/**
 * What is inside an image or an archive, one level deep.
 *
 * @returns undefined for what holds nothing, as a text
 * @throws ProblemError when the container is damaged
 */
export async function membersOf(image: ImageReader, shape: Shape): Promise<Member[] | undefined> {
  if (image.size > WHOLE_BYTES_MAX && shape !== 'disk' && shape !== 'iso') return undefined
  switch (shape) {
    case 'iso':
      return isoMembers(image)
    case 'disk':
      return diskMembers(image)
    case 'fat':
      return fatMembers(image)
    case 'archive':
      return archiveMembers(image)
    case 'gzip':
      return treeMembers(decodeCpio(gunzip(await image.read(0, image.size))), image.name)
    default:
      return image.name.endsWith(': director-config') ? configMembers(image) : slotMembers(image)
  }
}

/** What is in a folder, however deep; links are not followed. */
export async function folderMembers(folder: string): Promise<Member[]> {
  const members: Member[] = []
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  for (const entry of entries) {
    const place = join(entry.parentPath, entry.name)
    const path = place.slice(join(folder, '/').length)
    if (entry.isSymbolicLink()) members.push({ path, kind: 'link', target: await readlink(place) })
    if (!entry.isFile()) continue
    const { mode, size } = await stat(place)
    const content: ImageReader = {
      ...{ size, name: place },
      read: (offset, length) => withImage(place, image => image.read(offset, length)),
    }
    members.push({ path, kind: 'file', mode: mode & 0o777, content })
  }
  return members
}

async function isoMembers(image: ImageReader): Promise<Member[]> {
  const { root } = await openVolume(image)
  const files = await listFiles(image, root)
  const members = files.map(({ path, offset, length }): Member => {
    return { path, kind: 'file', content: partOf(image, path, offset, length) }
  })
  // A partition that holds the ISO itself is no member of it.
  const behind = Math.max(0, ...files.map(({ offset, length }) => offset + length))
  const partitions = (await listPartitions(image)).filter(({ offset }) => offset >= behind)
  members.push(
    ...partitions.map(({ name, offset, length }): Member => {
      const path = `(partition ${name})`
      return { path, kind: 'file', content: partOf(image, path, offset, length) }
    }),
  )
  members.push(await restOf(image, '(file system)', [...files, ...partitions]))
  return members
}

async function diskMembers(image: ImageReader): Promise<Member[]> {
  const partitions = await listPartitions(image)
  const members = partitions.map(({ name, offset, length }): Member => {
    const content = partOf(image, name, offset, length)
    // It looks like an archive, and is the loader's own.
    return { path: name, kind: 'file', content, isRest: name === 'director-state' }
  })
  return [...members, await restOf(image, '(boot code and partition tables)', partitions)]
}

/** The loader's settings and the stamp of each cell in the config area of a flash disk. */
async function configMembers(image: ImageReader): Promise<Member[]> {
  const places = SLOTS.flatMap(slot =>
    COPIES.flatMap(copy => {
      const { settings, stamp } = configCell(slot, copy)
      const cell = `${slot}${copy}`
      return [
        { name: `settings ${cell}`, ...settings },
        { name: `stamp ${cell}`, ...stamp },
      ]
    }),
  )
  const members = places.map(({ name, offset, length }): Member => {
    return { path: name, kind: 'file', content: partOf(image, name, offset, length) }
  })
  return [...members, await restOf(image, '(between the cells)', places)]
}

/** Of an initramfs: the small archive at its head, and the compressed one behind it. */
async function archiveMembers(image: ImageReader): Promise<Member[]> {
  const bytes = await image.read(0, image.size)
  const members = treeMembers(decodeCpio(bytes), image.name)
  const magic = Buffer.alloc(4)
  magic.writeUInt32LE(ZSTD_MAGIC)
  const at = bytes.indexOf(magic, bytes.indexOf('TRAILER!!!'))
  if (at === -1) return members
  const system = treeMembers(decodeCpio(await unzstd(bytes.subarray(at))), image.name)
  const above = new Set(system.map(({ path }) => path))
  return [...members.filter(({ path }) => !above.has(path)), ...system]
}

/** Every entry of a tree as a member. */
export function treeMembers(tree: Tree, name: string): Member[] {
  return [...tree].map(([path, entry]) => ({
    ...{ path, kind: entry.kind, mode: entry.mode, owner: `${entry.uid}:${entry.gid}` },
    ...contentOf(entry, `${name}: ${path}`),
  }))
}

function contentOf(entry: Entry, name: string): Pick<Member, 'content' | 'target'> {
  if (entry.kind === 'file') return { content: memoryReader(entry.content, name) }
  if (entry.kind === 'link') return { target: entry.target }
  return entry.kind === 'directory' ? {} : { target: `${entry.major}:${entry.minor}` }
}

// Zeros fill the region of a stamp behind it.
function gunzip(bytes: Buffer): Buffer {
  return gunzipSync(bytes, { maxOutputLength: WHOLE_BYTES_MAX })
}
