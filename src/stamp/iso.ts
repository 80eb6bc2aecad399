import { fail } from '../kit/problem.ts'
import { encodeLoaderSettings } from './console-args.ts'
import type { ImageReader } from './image-reader.ts'
import { findExtent, openVolume } from './iso9660.ts'
import { type ConsolePort, decodeLayout, type Layout, type Region } from './layout.ts'
import type { Patch } from './patch.ts'
import { decodeStamp, type Stamp } from './stamp.ts'

/** An ISO of ours: its layout, and where the regions lie in the file. */
export interface DirectorIso {
  readonly image: ImageReader
  readonly layout: Layout
  /** Byte range in the image for the stamp. */
  readonly node: Range
  /** Byte ranges in the image for the loader's settings. */
  readonly kargs: readonly Range[]
}

interface Range {
  readonly offset: number
  readonly length: number
}

const LAYOUT_FILE = '/director/layout.json'
const LAYOUT_BYTES_MAX = 64 << 10

/**
 * Opens an ISO and finds its regions.
 *
 * @throws ProblemError when it is no ISO, not ours, cut short or damaged
 */
export async function openDirectorIso(image: ImageReader): Promise<DirectorIso> {
  const { root } = await openVolume(image)
  const file = await findExtent(image, root, LAYOUT_FILE)
  if (file === undefined || file.length > LAYOUT_BYTES_MAX) return notOurs(image)
  const layout = decodeLayout(await image.read(file.offset, file.length), image.name)
  const place = async (region: Region): Promise<Range> => {
    const extent = await findExtent(image, root, region.file)
    if (extent === undefined || region.offset + region.length > extent.length) {
      return noRoom(image, region)
    }
    return { offset: extent.offset + region.offset, length: region.length }
  }
  const kargs: Range[] = []
  for (const region of layout.kargs) kargs.push(await place(region))
  return { image, layout, node: await place(layout.node), kargs }
}

/**
 * Reads the stamp in an ISO.
 *
 * @returns undefined when there is none: the region is all zeros
 * @throws ProblemError when the region holds something else than one whole stamp
 */
export async function readIsoStamp(iso: DirectorIso): Promise<Stamp | undefined> {
  const region = await iso.image.read(iso.node.offset, iso.node.length)
  return region.every(byte => byte === 0) ? undefined : decodeStamp(region)
}

/** True if the region of the stamp holds anything, be it whole or not. */
export async function isStamped(iso: DirectorIso): Promise<boolean> {
  const region = await iso.image.read(iso.node.offset, iso.node.length)
  return region.some(byte => byte !== 0)
}

/**
 * What to write into an ISO so that it boots as one node.
 *
 * @param stamp as `encodeStamp` made it
 * @throws ProblemError `stamp_too_large`
 */
export function stampPatches(iso: DirectorIso, stamp: Uint8Array, console: ConsolePort): Patch[] {
  if (stamp.length > iso.node.length) {
    fail({
      code: 'stamp_too_large',
      message: 'the stamp does not fit in the region that the ISO keeps for it',
      expected: `at most ${iso.node.length} bytes`,
      found: `${stamp.length} bytes`,
      where: { file: iso.image.name },
      remedy: 'use the netboot image, which has no such limit, or make the configuration smaller',
    })
  }
  const region = Buffer.alloc(iso.node.length)
  region.set(stamp)
  return [{ offset: iso.node.offset, bytes: region }, ...settingsPatches(iso, console)]
}

/** What to write into a stamped ISO to get the base's bytes back. */
export function removalPatches(iso: DirectorIso): Patch[] {
  const zeros = { offset: iso.node.offset, bytes: new Uint8Array(iso.node.length) }
  return [zeros, ...settingsPatches(iso, iso.layout.console)]
}

function settingsPatches(iso: DirectorIso, console: ConsolePort): Patch[] {
  return iso.kargs.map(({ offset, length }) => ({
    offset,
    bytes: encodeLoaderSettings(console, length),
  }))
}

function notOurs(image: ImageReader): never {
  fail({
    code: 'iso_not_ours',
    message: 'the ISO image is not one of a director',
    expected: `the file ${LAYOUT_FILE} in it`,
    where: { file: image.name },
    remedy: 'name an ISO that `director build` wrote',
  })
}

function noRoom(image: ImageReader, region: Region): never {
  fail({
    code: 'layout_malformed',
    message: 'the layout of the image names a place that is not in it',
    found: `${region.file}, ${region.length} bytes from byte ${region.offset}`,
    where: { file: image.name, path: LAYOUT_FILE },
    remedy: 'copy the image again, or build it again',
  })
}
