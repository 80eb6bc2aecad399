import type { SlotContent } from '../agent/flash/slot.ts'
import { sha256File } from '../kit/hash.ts'
import { fail } from '../kit/problem.ts'
import { readBaseFacts } from '../stamp/base-facts.ts'
import { readBootWays } from '../stamp/boot-ways.ts'
import { isDirectorFlash, openDirectorFlash, readFlashStamp } from '../stamp/flash.ts'
import { beginsAsGzip } from '../stamp/gzip.ts'
import { type ImageReader, withImage } from '../stamp/image-reader.ts'
import { openDirectorIso, readStamped, type Stamped } from '../stamp/iso.ts'
import { isVolume } from '../stamp/iso9660.ts'
import { decodeLayout } from '../stamp/layout.ts'
import { parseConfig } from '../stamp/node-source.ts'
import { decodeStamp } from '../stamp/stamp.ts'
import {
  billFacts,
  configFacts,
  elfFacts,
  kernelFacts,
  lockFacts,
  manifestFacts,
  sourcesFacts,
} from './inspect-facts.ts'
import { payloadFacts } from './inspect-install.ts'
import { inspectNetworkFile } from './inspect-network.ts'

/** What a file of a build is and what it says of itself. Never holds a secret. */
export interface Inspection {
  readonly file: string
  readonly size: number
  readonly sha256: string
  readonly kind:
    | 'iso'
    | 'flash'
    | 'initramfs'
    | 'stamp'
    | 'config'
    | 'manifest'
    | 'bill'
    | 'lock'
    | 'layout'
    | 'sources'
    | 'install'
    | 'script'
    | 'dnsmasq'
    | 'loader'
    | 'agent'
    | 'kernel'
  /** By kind; plain JSON. */
  readonly facts: Readonly<Record<string, unknown>>
}

// A file of ours that is read whole is smaller by far.
const WHOLE_BYTES_MAX = 64 << 20
const HEAD_BYTES = 4096

/**
 * Finds out by its content what a file is.
 *
 * @throws ProblemError `file_unknown`, or what is wrong with a file of a kind that is known
 */
export async function inspectFile(path: string): Promise<Inspection> {
  return withImage(path, async image => {
    const about = await inspectImage(image)
    return { file: path, size: image.size, sha256: await sha256File(path), ...about }
  })
}

/** As `inspectFile`, for an image that is open. */
export async function inspectImage(
  image: ImageReader,
): Promise<Pick<Inspection, 'kind' | 'facts'>> {
  const head = await image.read(0, Math.min(image.size, HEAD_BYTES))
  if (startsWith(head, 0, '070701')) {
    return { kind: 'initramfs', facts: { ...(await readBaseFacts(image)) } }
  }
  if (beginsAsGzip(head)) return inspectPacked(await readWhole(image), image.name)
  if (startsWith(head, 0, '\x7fELF')) {
    return { kind: 'agent', facts: elfFacts(await readWhole(image), image.name) }
  }
  // The boot protocol of Linux on x86: "HdrS" at 0x202.
  if (startsWith(head, 0x202, 'HdrS')) return { kind: 'kernel', facts: await kernelFacts(image) }
  if (/^\s*\{/.test(head.toString('latin1'))) return inspectJson(await readWhole(image), image.name)
  if (await isDirectorFlash(image)) return inspectFlash(image)
  if (await isVolume(image)) return inspectIso(image)
  return (await inspectNetworkFile(image, head)) ?? unknown(image.name)
}

async function inspectIso(image: ImageReader): Promise<Pick<Inspection, 'kind' | 'facts'>> {
  const iso = await openDirectorIso(image)
  const stamped = await readStamped(iso)
  const { base_sha256, features, console } = iso.layout
  const region = { stamp_bytes_max: iso.node.length, features, console }
  const starts = { boot: await readBootWays(image) }
  const facts = { base_sha256, ...starts, ...region, ...stampedFacts(stamped) }
  const base = stamped?.kind === 'fleet' ? stamped.fleet.index : stamped?.stamp.facts
  const isFor = base === undefined ? null : base.base_sha256 === base_sha256
  return { kind: 'iso', facts: { ...facts, is_for_this_base: isFor } }
}

function stampedFacts(stamped: Stamped | undefined): Readonly<Record<string, unknown>> {
  if (stamped?.kind === 'fleet') return { stamp: null, fleet: stamped.fleet.index.nodes }
  return { stamp: stamped?.stamp.facts ?? null }
}

async function inspectFlash(image: ImageReader): Promise<Pick<Inspection, 'kind' | 'facts'>> {
  const flash = await openDirectorFlash(image)
  const stamp = await readFlashStamp(flash)
  const { manifest, slots, state } = flash
  const { base_sha256, console } = manifest
  const { disk: boot } = await readBootWays(image)
  const trial = state.trial ?? null
  return {
    kind: 'flash',
    facts: {
      ...{ base_sha256, boot, console, active: state.active, trial },
      slots: Object.fromEntries(
        Object.entries(slots).map(([name, slot]) => [name, slotFacts(slot)]),
      ),
      ...{ stamp: stamp?.facts ?? null, is_for_this_base: isFor(stamp?.facts, base_sha256) },
    },
  }
}

function slotFacts(slot: SlotContent): object | string {
  if (slot.kind === 'empty') return 'empty'
  if (slot.kind === 'damaged') return `damaged: ${slot.why}`
  const { base_sha256, kernel_version, length, signature, version } = slot.manifest
  return { version, kernel: kernel_version, base_sha256, length, signature }
}

const isFor = (stamp: { base_sha256: string } | undefined, base: string) =>
  stamp === undefined ? null : stamp.base_sha256 === base

function inspectPacked(bytes: Buffer, name: string): Pick<Inspection, 'kind' | 'facts'> {
  const facts = payloadFacts(bytes)
  return facts === undefined ? inspectStamp(bytes, name) : { kind: 'install', facts }
}

function inspectStamp(bytes: Buffer, name: string): Pick<Inspection, 'kind' | 'facts'> {
  const { facts, config } = decodeStamp(bytes)
  return {
    kind: 'stamp',
    facts: { ...facts, config: configFacts(parseConfig(Buffer.from(config), name)) },
  }
}

function inspectJson(bytes: Buffer, name: string): Pick<Inspection, 'kind' | 'facts'> {
  let value: Readonly<Record<string, unknown>>
  try {
    value = JSON.parse(bytes.toString())
  } catch {
    return unknown(name)
  }
  if ('base' in value && 'outputs' in value)
    return { kind: 'manifest', facts: manifestFacts(value) }
  if (value['bomFormat'] === 'CycloneDX') return { kind: 'bill', facts: billFacts(value) }
  if ('sections' in value && 'sources' in value) return { kind: 'lock', facts: lockFacts(value) }
  if ('kargs' in value && 'features' in value) {
    return { kind: 'layout', facts: { ...decodeLayout(bytes, name) } }
  }
  if ('not_asked' in value && 'missing' in value) {
    return { kind: 'sources', facts: sourcesFacts(value) }
  }
  if ('node' in value && 'vrrp' in value) {
    return { kind: 'config', facts: configFacts(parseConfig(bytes, name)) }
  }
  return unknown(name)
}

async function readWhole(image: ImageReader): Promise<Buffer> {
  return image.size > WHOLE_BYTES_MAX ? unknown(image.name) : image.read(0, image.size)
}

const startsWith = (head: Buffer, at: number, text: string) =>
  head.toString('latin1', at, at + text.length) === text

/** Refuses a file that no build writes. */
function unknown(path: string): never {
  fail({
    code: 'file_unknown',
    message: 'the file is none that this tool writes',
    expected:
      'an ISO, a flash image, an initramfs, a stamp, a node.json, a manifest, a bill, a lock, a kernel',
    where: { file: path },
  })
}
