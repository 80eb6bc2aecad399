import { type BootState, decodeBootState, STATE_OFFSET } from '../agent/flash/boot-state.ts'
import {
  BLOCK_BYTES,
  COPIES,
  type Copy,
  configCell,
  DISK_BYTES_MIN,
  MANIFEST,
  PARTITIONS,
  partition,
  SLOTS,
  type SlotName,
  slotPartition,
} from '../agent/flash/disk-layout.ts'
import { decodeGpt, GPT_HEAD_BYTES, type Gpt } from '../agent/flash/gpt.ts'
import { decodeSlot, type SlotContent, type SlotManifest } from '../agent/flash/slot.ts'
import { fail } from '../kit/problem.ts'
import { encodeLoaderSettings } from './console-args.ts'
import { type ImageReader, truncated } from './image-reader.ts'
import type { ConsolePort } from './layout.ts'
import type { Patch } from './patch.ts'
import { decodeStamp, type Stamp } from './stamp.ts'

/** A flash image, or a disk that one was written to. */
export interface DirectorFlash {
  readonly image: ImageReader
  readonly state: BootState
  readonly slots: Readonly<Record<SlotName, SlotContent>>
  /** Of the slot that starts. */
  readonly manifest: SlotManifest
}

/**
 * True if the image begins with a partition table that has a director's state area, whatever else
 * may be wrong with it.
 */
export async function isDirectorFlash(image: ImageReader): Promise<boolean> {
  const table = await readTable(image)
  const { type } = partition('director-state')
  return table?.partitions.some(each => each.type === type) ?? false
}

async function readTable(image: ImageReader): Promise<Gpt | undefined> {
  if (image.size < GPT_HEAD_BYTES) return undefined
  return decodeGpt(await image.read(0, GPT_HEAD_BYTES))
}

/**
 * Opens a flash image and finds what its slots hold.
 *
 * @throws ProblemError when it is not ours, cut short, of another layout or damaged
 */
export async function openDirectorFlash(image: ImageReader): Promise<DirectorFlash> {
  const table = await readTable(image)
  if (table === undefined) return notOurs(image)
  const isAsPlanned = PARTITIONS.every(({ name, type, offset, length }, index) => {
    const found = table.partitions[index]
    return (
      found?.type === type &&
      found.name === name &&
      found.offset === offset &&
      found.length === length
    )
  })
  if (!isAsPlanned) return otherLayout(image)
  if (image.size < DISK_BYTES_MIN) truncated(image.name, DISK_BYTES_MIN, image.size)
  const stateAt = partition('director-state').offset + STATE_OFFSET
  const state = decodeBootState(await image.read(stateAt, BLOCK_BYTES))
  if (state === undefined) return damaged(image, 'the state area')
  const content = async (slot: SlotName) =>
    decodeSlot(await image.read(slotPartition(slot).offset + MANIFEST.offset, MANIFEST.length))
  const slots = { a: await content('a'), b: await content('b'), rescue: await content('rescue') }
  const active = slots[state.active]
  if (active.kind !== 'manifest') return damaged(image, `slot ${state.active}, which is to start`)
  return { image, state, slots, manifest: active.manifest }
}

/**
 * Reads the stamp that the slot which starts will get.
 *
 * @returns undefined when there is none: the region is all zeros
 * @throws ProblemError when the region holds something else than one whole stamp
 */
export async function readFlashStamp(flash: DirectorFlash): Promise<Stamp | undefined> {
  const { active, copies } = flash.state
  const { stamp } = await readCell(flash, active, copies[active])
  return isBlank(stamp) ? undefined : decodeStamp(stamp)
}

/** True if any cell of the config area holds a stamp, be it whole or not. */
export async function isFlashStamped(flash: DirectorFlash): Promise<boolean> {
  for (const [slot, copy] of allCells) {
    if (!isBlank((await readCell(flash, slot, copy)).stamp)) return true
  }
  return false
}

/**
 * What to write into a flash image so that it boots as one node: the stamp for every slot that
 * holds this base. The stamp that a slot had moves to its other cell.
 *
 * @param stamp as `encodeStamp` made it, for the base of the slot that starts
 * @throws ProblemError `stamp_too_large`
 */
export async function flashStampPatches(
  flash: DirectorFlash,
  stamp: Uint8Array,
  console: ConsolePort,
): Promise<readonly Patch[]> {
  const patches: Patch[] = []
  for (const slot of SLOTS) {
    const content = flash.slots[slot]
    if (content.kind !== 'manifest') continue
    if (content.manifest.base_sha256 !== flash.manifest.base_sha256) continue
    const copy = flash.state.copies[slot]
    const old = await readCell(flash, slot, copy)
    if (!isBlank(old.stamp) && flash.state.trial?.slot !== slot) {
      patches.push(...cellPatches(slot, copy === 0 ? 1 : 0, old))
    }
    const settings = encodeLoaderSettings(console, old.settings.length)
    patches.push(...cellPatches(slot, copy, { settings, stamp: inRegion(flash, stamp) }))
  }
  return patches
}

/** What to write into a stamped image to get the base's bytes back. */
export function flashRemovalPatches({ manifest }: DirectorFlash): readonly Patch[] {
  return allCells.flatMap(([slot, copy]) => {
    const { settings, stamp } = configCell(slot, copy)
    return cellPatches(slot, copy, {
      settings: encodeLoaderSettings(manifest.console, settings.length),
      stamp: new Uint8Array(stamp.length),
    })
  })
}

interface Cell {
  readonly settings: Uint8Array
  readonly stamp: Uint8Array
}

const allCells: readonly (readonly [SlotName, Copy])[] = SLOTS.flatMap(slot =>
  COPIES.map(copy => [slot, copy] as const),
)

async function readCell({ image }: DirectorFlash, slot: SlotName, copy: Copy): Promise<Cell> {
  const { offset } = partition('director-config')
  const { settings, stamp } = configCell(slot, copy)
  return {
    settings: await image.read(offset + settings.offset, settings.length),
    stamp: await image.read(offset + stamp.offset, stamp.length),
  }
}

function cellPatches(slot: SlotName, copy: Copy, { settings, stamp }: Cell): readonly Patch[] {
  const { offset } = partition('director-config')
  const place = configCell(slot, copy)
  return [
    { offset: offset + place.settings.offset, bytes: settings },
    { offset: offset + place.stamp.offset, bytes: stamp },
  ]
}

const isBlank = (bytes: Uint8Array) => bytes.every(byte => byte === 0)

function inRegion({ image }: DirectorFlash, stamp: Uint8Array): Uint8Array {
  const region = new Uint8Array(configCell('a', 0).stamp.length)
  if (stamp.length > region.length) {
    fail({
      code: 'stamp_too_large',
      message: 'the stamp does not fit in the region that the flash image keeps for it',
      expected: `at most ${region.length} bytes`,
      found: `${stamp.length} bytes`,
      where: { file: image.name },
      remedy: 'use the netboot image, which has no such limit, or make the configuration smaller',
    })
  }
  region.set(stamp)
  return region
}

function notOurs(image: ImageReader): never {
  fail({
    code: 'flash_not_ours',
    message: 'the disk image is not one of a director',
    expected: 'a GUID partition table with the partitions of a flash disk',
    where: { file: image.name },
    remedy: 'name a flash image that `director build` wrote',
  })
}

function otherLayout(image: ImageReader): never {
  fail({
    code: 'layout_unsupported',
    message: 'the flash image has a layout that this tool does not know',
    expected: 'the partitions of docs/flash-layout.md',
    where: { file: image.name },
    remedy: 'use the tool that built the image, or build the image with this one',
  })
}

function damaged(image: ImageReader, what: string): never {
  fail({
    code: 'flash_damaged',
    message: `the flash image cannot be used: ${what} is damaged`,
    where: { file: image.name },
    remedy: 'copy the image again, or build it again',
  })
}
