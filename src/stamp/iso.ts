import { fail } from '../kit/problem.ts'
import { encodeLoaderSettings } from './console-args.ts'
import { encodeFleet, type Fleet, fleetName, isFleet, readFleet } from './fleet.ts'
import type { ImageReader } from './image-reader.ts'
import { findExtent, openVolume } from './iso9660.ts'
import { type ConsolePort, decodeLayout, type Layout, type Region } from './layout.ts'
import type { Patch } from './patch.ts'
import { readStamp, type Stamp } from './stamp.ts'
import { decodeArchive } from './stamp-archive.ts'

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

/** What an ISO holds in its region: the stamp of one node, or those of a fleet. */
export type Stamped =
  | { readonly kind: 'node'; readonly stamp: Stamp }
  | { readonly kind: 'fleet'; readonly fleet: Fleet }

/**
 * Reads what is stamped into an ISO.
 *
 * @returns undefined when there is nothing: the region is all zeros
 * @throws ProblemError when the region holds something else than a whole stamp or a whole fleet
 */
export async function readStamped(iso: DirectorIso): Promise<Stamped | undefined> {
  const region = await iso.image.read(iso.node.offset, iso.node.length)
  if (region.every(byte => byte === 0)) return undefined
  const archive = decodeArchive(region)
  if (isFleet(archive)) return { kind: 'fleet', fleet: readFleet(archive) }
  return { kind: 'node', stamp: readStamp(archive) }
}

/** True if the region of the stamp holds anything, be it whole or not. */
export async function isStamped(iso: DirectorIso): Promise<boolean> {
  const region = await iso.image.read(iso.node.offset, iso.node.length)
  return region.some(byte => byte !== 0)
}

/**
 * What to write into an ISO so that it boots as one node, or as one of several.
 *
 * @param stamp as `encodeStamp` or `encodeFleet` made it
 * @param fleet the names that the loader shows a person
 * @throws ProblemError `stamp_too_large`
 */
export function stampPatches(
  iso: DirectorIso,
  stamp: Uint8Array,
  console: ConsolePort,
  fleet: readonly string[] = [],
): Patch[] {
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
  return [{ offset: iso.node.offset, bytes: region }, ...settingsPatches(iso, console, fleet)]
}

/**
 * As `stampPatches`, for several nodes in one image.
 *
 * @throws ProblemError `layout_unsupported`, `fleet_consoles`, and those of `encodeFleet`
 */
export function fleetPatches(iso: DirectorIso, members: readonly FleetMember[]): Patch[] {
  const { base_sha256, features, console } = iso.layout
  if (!features.includes('fleet')) noFleet(iso.image)
  const ports = members.map(member => member.console)
  const other = ports.find(({ port, baud }) => port !== ports[0]?.port || baud !== ports[0]?.baud)
  if (other !== undefined) differentConsoles(ports[0] ?? other, other)
  const names = members.map(({ stamp }) => fleetName(stamp.facts))
  const bytes = encodeFleet(
    base_sha256,
    members.map(({ stamp }) => stamp),
  )
  return stampPatches(iso, bytes, ports[0] ?? console, names)
}

/** A node of a fleet, with what its loader talks on. */
export interface FleetMember {
  readonly stamp: Stamp
  readonly console: ConsolePort
}

/** What to write into a stamped ISO to get the base's bytes back. */
export function removalPatches(iso: DirectorIso): Patch[] {
  const zeros = { offset: iso.node.offset, bytes: new Uint8Array(iso.node.length) }
  return [zeros, ...settingsPatches(iso, iso.layout.console)]
}

function settingsPatches(
  iso: DirectorIso,
  console: ConsolePort,
  fleet: readonly string[] = [],
): Patch[] {
  return iso.kargs.map(({ offset, length }) => ({
    offset,
    bytes: encodeLoaderSettings(console, length, fleet),
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

function noFleet(image: ImageReader): never {
  fail({
    code: 'layout_unsupported',
    message: 'the image cannot hold several nodes',
    expected: 'the feature fleet',
    where: { file: image.name },
    remedy: 'build the image with this tool',
  })
}

function differentConsoles(one: ConsolePort, other: ConsolePort): never {
  fail({
    code: 'fleet_consoles',
    message: 'the nodes of the fleet have different consoles, and an image has one loader',
    found: `${one.port} at ${one.baud} baud and ${other.port} at ${other.baud} baud`,
    remedy: 'put the nodes of each console into an image of their own',
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
