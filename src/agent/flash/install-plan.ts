// What an installation writes, in which order.
import { encodeStateArea, FIRST_STATE } from './boot-state.ts'
import { bytesAt, type Source, zerosAt } from './disk.ts'
import {
  BLOCK_BYTES,
  COPIES,
  type Copy,
  configCell,
  PARTITIONS,
  partition,
  SLOTS,
  slotPartition,
} from './disk-layout.ts'
import { encodeGpt, encodeProtectiveMbr, GPT_HEAD_BYTES, GPT_TAIL_BYTES } from './gpt.ts'
import { guidsFrom } from './guid.ts'
import { encodeSlotHead, type SlotManifest } from './slot.ts'

/** `install/install.json`: what a system carries to install itself. */
export interface InstallFacts {
  readonly schema: 1
  readonly manifest: SlotManifest
  /** Parts of install/loader.bin, one after the other, and where they go. */
  readonly loader: readonly { readonly offset: number; readonly length: number }[]
  readonly loader_sha256: string
}

export interface InstallRequest {
  readonly diskBytes: number
  /** 32 hexadecimal digits by chance: the GUIDs of the new disk. */
  readonly seed: string
  readonly facts: InstallFacts
  /** Kernel and system, without what fills their last block. */
  readonly kernel: Source
  readonly system: Source
  readonly loader: Uint8Array
  /** As `encodeStampFiles` made it. */
  readonly stamp: Uint8Array
  /** Text, filled up to the length of its region. */
  readonly settings: string
  readonly sha256: (text: string) => string
}

/** Slots that get the system; the other one stays empty for the first update. */
const FILLED = ['rescue', 'a'] as const

const MIB = 1 << 20

/**
 * The three passes of an installation, each of which is compared before the next begins: first the
 * old table goes, then comes all that a table makes use of, last the new table. So a disk that was
 * half written is empty to firmware, and never an old system with parts of a new one.
 */
export function planInstall(request: InstallRequest): readonly (readonly Source[])[] {
  const { diskBytes } = request
  const tail = diskBytes - (diskBytes % BLOCK_BYTES) - GPT_TAIL_BYTES
  const wipe = [zerosAt(0, MIB), zerosAt(tail, GPT_TAIL_BYTES)]
  const { boot, rest } = loaderSources(request)
  const content = [
    ...[...rest, ...configSources(request)],
    zerosAt(partition('director-journal').offset, MIB / 16),
    zerosAt(slotPartition('b').offset, MIB / 16),
    ...FILLED.flatMap(slot => slotSources(request, slotPartition(slot).offset)),
    bytesAt(partition('director-state').offset, encodeStateArea(FIRST_STATE)),
  ]
  return [wipe, content, [...tableSources(request, boot)]]
}

function tableSources({ diskBytes, seed }: InstallRequest, boot: Uint8Array): readonly Source[] {
  const guids = guidsFrom(seed)
  const partitions = PARTITIONS.map((plan, index) => ({
    ...plan,
    guid: guids.partition(index + 1),
  }))
  const head = new Uint8Array(GPT_HEAD_BYTES)
  head.set(boot.subarray(0, BLOCK_BYTES))
  const mbr = encodeProtectiveMbr(diskBytes)
  head.set(mbr, BLOCK_BYTES - mbr.length)
  const whole = diskBytes - (diskBytes % BLOCK_BYTES)
  const tail: Source[] = []
  for (const { offset, bytes } of encodeGpt({ disk: guids.disk, diskBytes: whole, partitions })) {
    if (offset < GPT_HEAD_BYTES) head.set(bytes, offset)
    else tail.push(bytesAt(offset, bytes))
  }
  return [...tail, bytesAt(0, head)]
}

/** The first block apart from the rest, since it is written last. */
function loaderSources({ facts, loader }: InstallRequest) {
  let at = 0
  let boot: Uint8Array = new Uint8Array(0)
  const rest: Source[] = []
  for (const { offset, length } of facts.loader) {
    const bytes = loader.subarray(at, at + length)
    at += length
    if (offset === 0) boot = bytes
    else rest.push(bytesAt(offset, bytes))
  }
  return { boot, rest }
}

function configSources({ settings, stamp }: InstallRequest): readonly Source[] {
  const { offset } = partition('director-config')
  return SLOTS.flatMap(slot =>
    COPIES.flatMap((copy: Copy) => {
      const cell = configCell(slot, copy)
      const region = new Uint8Array(cell.stamp.length)
      if (copy === FIRST_STATE.copies[slot] && slot !== 'b') region.set(stamp)
      return [
        bytesAt(offset + cell.settings.offset, ascii(settings)),
        bytesAt(offset + cell.stamp.offset, region),
      ]
    }),
  )
}

function slotSources(request: InstallRequest, offset: number): readonly Source[] {
  const { manifest } = request.facts
  return [
    filled(request.kernel, offset + manifest.kernel.offset, manifest.kernel.length),
    filled(request.system, offset + manifest.system.offset, manifest.system.length),
    ...encodeSlotHead(manifest, request.sha256).map(part =>
      bytesAt(offset + part.offset, ascii(part.text)),
    ),
  ]
}

/** A source at another place, with zeros behind it. */
function filled(source: Source, offset: number, length: number): Source {
  return {
    offset,
    length,
    chunk(at, count) {
      const bytes = new Uint8Array(count)
      if (at < source.length) bytes.set(source.chunk(at, Math.min(count, source.length - at)))
      return bytes
    },
  }
}

function ascii(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length)
  for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at)
  return bytes
}
