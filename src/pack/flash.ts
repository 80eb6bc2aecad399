import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { encodeStateArea, FIRST_STATE } from '../agent/flash/boot-state.ts'
import {
  BLOCK_BYTES,
  COPIES,
  configCell,
  DISK_BYTES_MIN,
  LOADER_SCRIPT,
  LOADER_SUMS,
  PARTITIONS,
  partition,
  partitionNumber,
  SLOTS,
  type SlotName,
  slotPartition,
} from '../agent/flash/disk-layout.ts'
import { type DiskPiece, encodeGpt, encodeProtectiveMbr } from '../agent/flash/gpt.ts'
import { guidsFrom } from '../agent/flash/guid.ts'
import { encodeSlotHead, placePieces, type SlotManifest } from '../agent/flash/slot.ts'
import type { Toolbox } from '../base/base-system.ts'
import { sha256 } from '../kit/hash.ts'
import { fail } from '../kit/problem.ts'
import type { BaseFacts } from '../model/base-facts.ts'
import type { Board } from '../model/board.ts'
import { encodeLoaderSettings } from '../stamp/console-args.ts'
import type { ConsolePort } from '../stamp/layout.ts'
import { BOOT_CODE_BYTES, bootCode, placeCore } from './grub-bios.ts'
import { KERNEL_ARGS } from './kernel-args.ts'
import { makeBiosLoader, makeEfiPartition } from './loader.ts'
import { memoryCheck } from './memory-check.ts'
import { fillTemplate } from './template.ts'

/** What goes into a base flash image: nothing of a node. */
export interface FlashContent {
  readonly kernelFile: string
  readonly initramfsFile: string
  /** The text of images/flash/grub.cfg. */
  readonly menuTemplate: string
  /** The text of images/flash/early.cfg. */
  readonly earlyConfig: string
  /** The firmware that is to start it. */
  readonly boot: Board['boot']
  readonly console: ConsolePort
  readonly base: BaseFacts
}

/** Slots of a new image that hold the system; the other one is for the first update. */
const FILLED: readonly SlotName[] = ['a', 'rescue']

const MODULES = ['loadenv', 'hashsum', 'gcry_sha256', 'probe', 'sleep']

/**
 * Makes the image of a flash disk without a stamp: all that is not zero in it, by place.
 *
 * Equal content and equal tools give equal bytes. The image has `DISK_BYTES_MIN` bytes.
 *
 * @param scratch a folder for what is made on the way
 * @throws ProblemError `slot_too_small`
 */
export async function baseFlashPieces(
  content: FlashContent,
  tools: Toolbox,
  scratch: string,
): Promise<readonly DiskPiece[]> {
  await mkdir(scratch, { recursive: true })
  return [
    ...tablePieces(content.base.base_sha256),
    ...(await loaderPieces(content, tools, scratch)),
    ...settingsPieces(content.console),
    { offset: partition('director-state').offset, bytes: encodeStateArea(FIRST_STATE) },
    ...(await slotPieces(content)),
  ]
}

function tablePieces(baseSha256: string): readonly DiskPiece[] {
  const guids = guidsFrom(baseSha256)
  const partitions = PARTITIONS.map((plan, index) => ({
    ...plan,
    guid: guids.partition(index + 1),
  }))
  const mbr = encodeProtectiveMbr(DISK_BYTES_MIN)
  return [
    { offset: BLOCK_BYTES - mbr.length, bytes: mbr },
    ...encodeGpt({ disk: guids.disk, diskBytes: DISK_BYTES_MIN, partitions }),
  ]
}

/** GRUB for each firmware, and the first sector. */
export async function loaderPieces(
  { base, boot, earlyConfig, menuTemplate }: FlashContent,
  tools: Toolbox,
  scratch: string,
): Promise<readonly DiskPiece[]> {
  const menu = fillTemplate(menuTemplate, { ...menuValues(), memory_check: memoryCheck() })
  const request = { earlyConfig, menu, modules: MODULES, tools, scratch }
  const pieces: DiskPiece[] = []
  if (boot.includes('bios')) {
    const [path, place] = [join(scratch, 'core.img'), partition('director-bios')]
    await makeBiosLoader(request, path, 'i386-pc')
    const block = place.offset / BLOCK_BYTES
    const first = await readFile(await tools.path('usr/lib/grub/i386-pc/boot.img'))
    pieces.push(
      { offset: 0, bytes: bootCode(first, block).subarray(0, BOOT_CODE_BYTES) },
      { offset: place.offset, bytes: within(place, placeCore(await readFile(path), block)) },
    )
  }
  if (boot.includes('uefi')) {
    const [path, place] = [join(scratch, 'esp.img'), partition('director-esp')]
    const serial = base.base_sha256.slice(0, 8)
    await makeEfiPartition(request, { serial, bytes: place.length }, path)
    // The rest of a file system that is empty.
    const bytes = withoutZeros(within(place, await readFile(path)))
    pieces.push({ offset: place.offset, bytes })
  }
  return pieces
}

/** The numbers of the menu's template. */
function menuValues(): Readonly<Record<string, string>> {
  const number = (name: Parameters<typeof partitionNumber>[0]) => `${partitionNumber(name)}`
  const blocks = ({ offset, length }: { offset: number; length: number }) =>
    `${offset / BLOCK_BYTES}+${length / BLOCK_BYTES}`
  const cells = SLOTS.flatMap(slot =>
    COPIES.map(copy => {
      const { settings, stamp } = configCell(slot, copy)
      const places = `set settings=${blocks(settings)}; set stamp=${blocks(stamp)}`
      return `  if [ "$1$2" = ${slot}${copy} ]; then ${places}; fi`
    }),
  )
  return {
    state: number('director-state'),
    config: number('director-config'),
    part_a: number('director-slot-a'),
    part_b: number('director-slot-b'),
    part_rescue: number('director-slot-rescue'),
    cells: cells.join('\n'),
    script: blocks(LOADER_SCRIPT),
    sums: blocks(LOADER_SUMS),
  }
}

function settingsPieces(console: ConsolePort): readonly DiskPiece[] {
  const { offset } = partition('director-config')
  return SLOTS.flatMap(slot =>
    COPIES.map(copy => {
      const { settings } = configCell(slot, copy)
      const bytes = encodeLoaderSettings(console, settings.length)
      return { offset: offset + settings.offset, bytes }
    }),
  )
}

/** A slot's manifest and the bytes of its pieces. */
export async function slotOf(content: FlashContent) {
  const { base, initramfsFile, kernelFile } = content
  const [kernel, system] = [await readFile(kernelFile), await readFile(initramfsFile)]
  const places = placePieces({ kernel: kernel.length, system: system.length })
  const [kernelBytes, systemBytes] = [
    filled(kernel, places.kernel.length),
    filled(system, places.system.length),
  ]
  const manifest: SlotManifest = {
    ...{ schema: 1, version: base.agent, kernel_version: base.kernel },
    ...{ base_sha256: base.base_sha256, length: places.length },
    kernel: { ...places.kernel, sha256: sha256(kernelBytes) },
    system: { ...places.system, sha256: sha256(systemBytes) },
    ...{ kernel_args: KERNEL_ARGS, console: content.console },
    ...{ release: null, key: null, signature: null },
  }
  return { manifest, kernelBytes, systemBytes, kernel, system }
}

async function slotPieces(content: FlashContent): Promise<readonly DiskPiece[]> {
  const { kernelBytes, manifest, systemBytes } = await slotOf(content)
  const head = encodeSlotHead(manifest, sha256).map(({ offset, text }) => ({
    offset,
    bytes: Buffer.from(text, 'latin1'),
  }))
  const pieces = [
    ...head,
    { offset: manifest.kernel.offset, bytes: kernelBytes },
    { offset: manifest.system.offset, bytes: systemBytes },
  ]
  return FILLED.map(slotPartition).flatMap(slot => {
    if (manifest.length > slot.length) tooSmall(manifest.length, slot.length)
    return pieces.map(({ offset, bytes }) => ({ offset: slot.offset + offset, bytes }))
  })
}

function filled(content: Buffer, length: number): Buffer {
  return Buffer.concat([content, Buffer.alloc(length - content.length)])
}

// Ours to get right: a loader that no longer fits needs another layout.
function within(place: { name: string; length: number }, bytes: Uint8Array): Uint8Array {
  if (bytes.length > place.length) throw new Error(`${place.name} is too small for its loader`)
  return bytes
}

function tooSmall(expected: number, found: number): never {
  fail({
    code: 'slot_too_small',
    message: 'the system does not fit in a slot of the flash disk',
    expected: `at most ${found} bytes`,
    found: `${expected} bytes of kernel and root file system`,
    remedy: 'take packages or files out of the cluster file',
  })
}

/** Without the zeros at the end, to a whole block. */
function withoutZeros(bytes: Uint8Array): Uint8Array {
  let end = bytes.length
  while (end > 0 && bytes[end - 1] === 0) end -= 1
  return bytes.subarray(0, Math.ceil(end / BLOCK_BYTES) * BLOCK_BYTES)
}
