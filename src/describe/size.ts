import { stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { deflateRawSync } from 'node:zlib'
import { fail, ProblemError } from '../kit/problem.ts'
import { type ImageReader, withImage } from '../stamp/image-reader.ts'
import type { Member } from './member.ts'
import { folderMembers, membersOf } from './members.ts'
import { type Origins, readOrigins } from './origins.ts'
import { type Shape, sniff } from './sniff.ts'

/** Where the bytes of an image go. Sizes are in bytes. */
export interface SizeReport {
  readonly file: string
  readonly bytes: number
  /** The largest first. */
  readonly packages: readonly PackageSize[]
  /** The largest first. */
  readonly files: readonly FileSize[]
  /** Of the folder of a build: what it wrote. */
  readonly outputs?: readonly { readonly path: string; readonly bytes: number }[]
}

/** What of an image comes from one package, or from another place that `name` says. */
export interface PackageSize {
  readonly name: string
  readonly version?: string
  readonly files: number
  readonly raw: number
  readonly stored: number
}

export interface FileSize {
  readonly path: string
  readonly from: string
  /** As the running system has it. */
  readonly raw: number
  /** What it takes in the image: where files are compressed together, its share. */
  readonly stored: number
}

// Deflate's strongest takes a second for the root file system; shares follow it well.
const SHARE_LEVEL = 6

/**
 * Says where each byte of an initramfs, an ISO, a flash image or the folder of a build goes.
 *
 * Of files that are compressed together nobody can say what each takes. Each gets the part of the
 * whole that its own compressed size has in the sum of them.
 *
 * @throws ProblemError `size_unknown`, or as the readers of the containers do
 */
export async function sizeOf(path: string): Promise<SizeReport> {
  const isFolder = (await stat(path).catch(() => undefined))?.isDirectory() === true
  if (!isFolder) {
    const origins = await readOrigins([dirname(path), join(dirname(path), '..')])
    return withImage(path, async image =>
      report(path, await imageFiles(image), image.size, origins),
    )
  }
  const members = await folderMembers(path)
  const outputs = members
    .map(member => ({ path: member.path, bytes: member.content?.size ?? 0 }))
    .sort((left, right) => right.bytes - left.bytes)
  const image = imageIn(members)
  if (image === undefined) return noImage(path)
  const found = await sizeOf(join(path, image))
  return { ...found, file: join(path, image), outputs }
}

// What has everything that a node needs, in the order in which it is asked for.
const IMAGES = ['base.iso', 'netboot/initramfs.zst', 'initramfs.zst']

const imageIn = (members: readonly Member[]) =>
  IMAGES.find(name => members.some(({ path }) => path === name))

type Piece = Omit<FileSize, 'from'>

/** The files of an image down to those of its root file system, with what each takes. */
async function imageFiles(image: ImageReader): Promise<Piece[]> {
  const shape = await sniff(image)
  const members = COUNTED.includes(shape) ? await membersOf(image, shape) : undefined
  if (members === undefined) return noImage(image.name)
  return shape === 'archive' ? archiveFiles(members, image.size) : memberFiles(members)
}

const COUNTED: readonly Shape[] = ['archive', 'iso', 'disk']

async function memberFiles(members: readonly Member[]): Promise<Piece[]> {
  const pieces: Piece[] = []
  for (const member of members) {
    const { path, content } = member
    if (content === undefined) continue
    const inner = member.isRest === true ? undefined : await innerFiles(content)
    // Two slots hold the same paths.
    const above = path.startsWith('director-') ? `${path}: ` : ''
    const whole = { path, raw: content.size, stored: content.size }
    pieces.push(...(inner?.map(one => ({ ...one, path: above + one.path })) ?? [whole]))
  }
  return pieces
}

/** What is in a root file system or in a slot; undefined for what counts as one. */
async function innerFiles(content: ImageReader): Promise<Piece[] | undefined> {
  const shape = await sniff(content)
  if (shape === 'archive') return archiveIn(content)
  const members = shape === 'binary' ? await membersOf(content, shape) : undefined
  return members === undefined ? undefined : memberFiles(members)
}

/** A head of an archive alone, as loaders join them, counts as one. */
async function archiveIn(content: ImageReader): Promise<Piece[] | undefined> {
  try {
    const found = await imageFiles(content)
    return found.length === 0 ? undefined : found
  } catch (error) {
    if (error instanceof ProblemError && error.problems[0]?.code === 'cpio_malformed') {
      return undefined
    }
    throw error
  }
}

async function archiveFiles(members: readonly Member[], bytes: number): Promise<Piece[]> {
  const found: Piece[] = []
  for (const { path, content, kind } of members) {
    if (kind === 'directory') continue
    const raw = content?.size ?? 0
    const packed =
      content === undefined ? 0 : deflateRawSync(await content.read(0, raw), { level: SHARE_LEVEL })
    // Name and header of the archive count as well; they compress to about this.
    found.push({ path, raw, stored: ENTRY_BYTES + (packed === 0 ? 0 : packed.length) })
  }
  const sum = found.reduce((total, { stored }) => total + stored, 0)
  return found.map(piece => ({ ...piece, stored: (piece.stored / sum) * bytes }))
}

const ENTRY_BYTES = 24

function report(
  file: string,
  pieces: readonly Piece[],
  bytes: number,
  { packageOf, versions }: Origins,
): SizeReport {
  const files = pieces.map(({ path, raw, stored }) => {
    const inside = path.slice(path.lastIndexOf(': ') + 1).trim()
    const from = packageOf.get(inside) ?? placeOf(path)
    return { path, from, raw, stored: Math.round(stored) }
  })
  const byStored = (left: { stored: number }, right: { stored: number }) =>
    right.stored - left.stored
  const names = [...new Set(files.map(({ from }) => from))]
  const packages = names.map((name): PackageSize => {
    const own = files.filter(({ from }) => from === name)
    const version = versions.get(name)
    const sum = (field: 'raw' | 'stored') => own.reduce((total, one) => total + one[field], 0)
    return {
      ...{ name, files: own.length, raw: sum('raw'), stored: sum('stored') },
      ...(version === undefined ? {} : { version }),
    }
  })
  return { file, bytes, packages: packages.sort(byStored), files: files.sort(byStored) }
}

/** What a file belongs to that no package brought, by its place. */
function placeOf(path: string): string {
  if (/vmlinuz|: kernel$/.test(path)) return 'kernel'
  if (/^boot\/grub|^\(partition|^director-(?:bios|esp)/.test(path)) return 'boot loader'
  if (/^director-slot-.*\(room|^director-(?:slot|journal)/.test(path)) return 'room for updates'
  if (path.startsWith('director/install/')) return 'for a local installation'
  if (/^director[/-]/.test(path)) return 'room for the stamp'
  if (/^\(|^boot\.cat/.test(path)) return 'the image itself'
  if (/^usr\/lib\/modules\//.test(path)) return 'kernel modules'
  if (/^etc\/director\/base\.json$/.test(path)) return 'the image itself'
  return 'root file system'
}

function noImage(path: string): never {
  fail({
    code: 'size_unknown',
    message: 'the file holds nothing whose parts could be counted',
    expected: 'an ISO, an initramfs, a flash image, or the folder of a build',
    where: { file: path },
  })
}
