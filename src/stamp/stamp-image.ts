import { writeAtomic } from '../kit/atomic.ts'
import { fail } from '../kit/problem.ts'
import { readBaseFacts } from './base-facts.ts'
import {
  flashRemovalPatches,
  flashStampPatches,
  isDirectorFlash,
  isFlashStamped,
  openDirectorFlash,
} from './flash.ts'
import { type ImageReader, memoryReader } from './image-reader.ts'
import {
  type DirectorIso,
  isStamped,
  openDirectorIso,
  removalPatches,
  stampPatches,
} from './iso.ts'
import type { ConsolePort } from './layout.ts'
import type { NodeSource } from './node-source.ts'
import { type Patch, streamPatched, writePatched } from './patch.ts'
import { writeSparsePatched } from './sparse-copy.ts'

/** What `stamp` makes: bytes for a file or for a pipe. */
export interface StampedImage {
  readonly kind: 'iso' | 'netboot' | 'flash'
  readonly baseSha256: string
  readonly size: number
  /** Writes the file at once, readable by its owner alone where it holds secrets. */
  write(path: string): Promise<void>
  /** The same bytes in pieces. */
  stream(): AsyncGenerator<Uint8Array>
}

export interface StampOptions {
  /** Refuse any other base than this one. */
  readonly expectedBase?: string
  /** Write over a stamp that is there already. */
  readonly replace: boolean
}

/** Stamps hold the console's password hash and the SSH host key. */
export const SECRET = 0o600

/**
 * Makes a base image one node: a copy of an ISO or of a flash image with the stamp in its region,
 * or, for a netboot initramfs, the file that is loaded after it.
 *
 * @param image must stay open until the result is written
 * @param source undefined takes the stamp out of an ISO or a flash image
 * @throws ProblemError when the image is not ours, damaged, of another base, or stamped already
 */
export async function stampImage(
  image: ImageReader,
  source: NodeSource | undefined,
  options: StampOptions,
): Promise<StampedImage> {
  const isArchive = await isNetboot(image)
  if (!isArchive && (await isDirectorFlash(image))) return stampFlash(image, source, options)
  if (!isArchive) return stampIso(image, source, options)
  return source === undefined ? noStampInside(image.name) : stampNetboot(image, source, options)
}

/** True if the image begins as the initramfs of a netboot folder does. */
export async function isNetboot(image: ImageReader): Promise<boolean> {
  return image.size >= 6 && (await image.read(0, 6)).toString('latin1') === '070701'
}

async function stampIso(
  image: ImageReader,
  source: NodeSource | undefined,
  { expectedBase, replace }: StampOptions,
): Promise<StampedImage> {
  const iso = await openDirectorIso(image)
  const baseSha256 = iso.layout.base_sha256
  checkExpected(image, baseSha256, expectedBase)
  const stamped = await isStamped(iso)
  if (source !== undefined && stamped && !replace) alreadyStamped(image)
  if (source === undefined && !stamped) notStamped(image)
  const patches =
    source === undefined
      ? removalPatches(iso)
      : stampPatches(iso, source.stampFor(baseSha256), consoleOf(source))
  return patchedIso(iso, patches, source === undefined ? 0o644 : SECRET)
}

/** An ISO with patches in it, as `stamp` gives it back. */
export function patchedIso(
  { image, layout }: DirectorIso,
  patches: readonly Patch[],
  mode: number,
): StampedImage {
  return {
    kind: 'iso',
    baseSha256: layout.base_sha256,
    size: image.size,
    write: path => writePatched(image.name, path, patches, mode),
    stream: () => streamPatched(image, patches),
  }
}

async function stampFlash(
  image: ImageReader,
  source: NodeSource | undefined,
  { expectedBase, replace }: StampOptions,
): Promise<StampedImage> {
  const flash = await openDirectorFlash(image)
  const baseSha256 = flash.manifest.base_sha256
  checkExpected(image, baseSha256, expectedBase)
  const stamped = await isFlashStamped(flash)
  if (source !== undefined && stamped && !replace) alreadyStamped(image)
  if (source === undefined && !stamped) notStamped(image)
  const patches =
    source === undefined
      ? flashRemovalPatches(flash)
      : await flashStampPatches(flash, source.stampFor(baseSha256), consoleOf(source))
  const mode = source === undefined ? 0o644 : SECRET
  return {
    kind: 'flash',
    baseSha256,
    size: image.size,
    write: path => writeSparsePatched(image.name, path, patches, mode),
    stream: () => streamPatched(image, patches),
  }
}

async function stampNetboot(
  image: ImageReader,
  source: NodeSource,
  { expectedBase }: StampOptions,
): Promise<StampedImage> {
  const { base_sha256: baseSha256 } = await readBaseFacts(image)
  checkExpected(image, baseSha256, expectedBase)
  const stamp = source.stampFor(baseSha256)
  return {
    kind: 'netboot',
    baseSha256,
    size: stamp.length,
    write: path => writeAtomic(path, stamp, { mode: SECRET }),
    stream: () => streamPatched(memoryReader(stamp, image.name), []),
  }
}

const consoleOf = ({ config }: NodeSource): ConsolePort => config.serial.console

/** Refuses a base that is not the one that was asked for. */
export function checkExpected(
  image: ImageReader,
  found: string,
  expected: string | undefined,
): void {
  if (expected === undefined || expected === found) return
  fail({
    code: 'base_other',
    message: 'the base image is another one than was asked for',
    expected: `base_sha256 ${expected}`,
    found: `base_sha256 ${found}`,
    where: { file: image.name },
  })
}

/** Refuses to write over a stamp. */
export function alreadyStamped(image: ImageReader): never {
  fail({
    code: 'already_stamped',
    message: 'the image is stamped already',
    expected: 'an image without a stamp',
    where: { file: image.name },
    remedy: 'add --replace to write over the stamp, or use base.iso or base.img of the build',
  })
}

function notStamped(image: ImageReader): never {
  fail({
    code: 'not_stamped',
    message: 'the image has no stamp that could be removed',
    where: { file: image.name },
  })
}

function noStampInside(path: string): never {
  fail({
    code: 'wrong_usage',
    message: 'a netboot initramfs never holds a stamp: each node has a file of its own beside it',
    expected: 'an ISO or a flash image with --remove',
    where: { file: path },
  })
}
