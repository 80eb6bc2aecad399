// What a slot holds, and what the loader reads of it.
import { BLOCK_BYTES, LOADER_SCRIPT, LOADER_SUMS, MANIFEST, PAYLOAD_ALIGN } from './disk-layout.ts'

/** The first line of a slot. */
export interface SlotManifest {
  readonly schema: 1
  /** Of the agent in it. */
  readonly version: string
  /** Version of the kernel in it. */
  readonly kernel_version: string
  /** What a stamp must be made for. */
  readonly base_sha256: string
  /** Bytes of the slot that count, from its beginning. */
  readonly length: number
  readonly kernel: SlotPiece
  readonly system: SlotPiece
  /** Words for the kernel beside those of the loader. */
  readonly kernel_args: string
  /** What the loader and the kernel talk on unless a stamp says otherwise. */
  readonly console: { readonly port: string; readonly baud: number }
  /** Reserved for the release that the slot belongs to, so that an older one can be refused. */
  readonly release: null
  /** Reserved: which key, and what it says about the manifest with `signature` null. */
  readonly key: null
  readonly signature: null
}

/** Bytes of a slot. What fills the last block is zero and counts for `length` and `sha256`. */
export interface SlotPiece {
  readonly offset: number
  readonly length: number
  readonly sha256: string
}

/** Room behind the head of a slot. */
export interface PieceSizes {
  readonly kernel: number
  readonly system: number
}

const HEAD_BYTES = PAYLOAD_ALIGN

/** Where the pieces of a slot go, by their sizes in bytes. */
export function placePieces({ kernel, system }: PieceSizes) {
  const inBlocks = (bytes: number) => Math.ceil(bytes / BLOCK_BYTES) * BLOCK_BYTES
  const behind = HEAD_BYTES + inBlocks(kernel)
  const second = Math.ceil(behind / PAYLOAD_ALIGN) * PAYLOAD_ALIGN
  return {
    kernel: { offset: HEAD_BYTES, length: inBlocks(kernel) },
    system: { offset: second, length: inBlocks(system) },
    length: second + inBlocks(system),
  }
}

/**
 * The head of a slot as text by place: the manifest, the loader's script and its checksums.
 *
 * The script and the checksums follow from the manifest. GRUB reads blocks by number, so texts have
 * the length of whole blocks: the checksums begin with blanks, which GRUB's `hashsum` skips.
 *
 * @param sha256 of ASCII text, 64 hexadecimal digits
 */
export function encodeSlotHead(
  manifest: SlotManifest,
  sha256: (text: string) => string,
): readonly { readonly offset: number; readonly text: string }[] {
  const script = loaderScript(manifest)
  const at = ({ offset, length }: { offset: number; length: number }) =>
    `${offset / BLOCK_BYTES}+${length / BLOCK_BYTES}`
  const { kernel, system } = manifest
  const sums = [
    `${sha256(script)}  ${at(LOADER_SCRIPT)}`,
    `${kernel.sha256}  ${at(kernel)}`,
    `${system.sha256}  ${at(system)}`,
  ].join('\n')
  return [
    { offset: MANIFEST.offset, text: encodeManifest(manifest) },
    { offset: LOADER_SCRIPT.offset, text: script },
    { offset: LOADER_SUMS.offset, text: sums.padStart(LOADER_SUMS.length, ' ') },
  ]
}

function encodeManifest(manifest: SlotManifest): string {
  return `${JSON.stringify(manifest)}\n`.padEnd(MANIFEST.length, '\0')
}

function loaderScript({ version, kernel, system, kernel_args }: SlotManifest): string {
  const at = ({ offset, length }: SlotPiece) => `${offset / BLOCK_BYTES}+${length / BLOCK_BYTES}`
  const text = [
    `set slot_version="${version}"`,
    `set slot_kernel="${at(kernel)}"`,
    `set slot_system="${at(system)}"`,
    `set slot_args="${kernel_args}"`,
    '',
  ].join('\n')
  return `${text.padEnd(LOADER_SCRIPT.length - 1, '#')}\n`
}

/** What is at the beginning of a slot. */
export type SlotContent =
  | { readonly kind: 'empty' }
  | { readonly kind: 'manifest'; readonly manifest: SlotManifest }
  | { readonly kind: 'damaged'; readonly why: string }

/**
 * Reads the manifest of a slot and checks every field.
 *
 * @param bytes the first `MANIFEST.length` bytes of the slot
 */
export function decodeSlot(bytes: Uint8Array): SlotContent {
  const head = bytes.subarray(0, MANIFEST.length)
  if (head.every(byte => byte === 0)) return { kind: 'empty' }
  const end = head.indexOf(10)
  let text = ''
  for (const byte of head.subarray(0, Math.max(end, 0))) text += String.fromCharCode(byte)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return { kind: 'damaged', why: 'its manifest is not JSON' }
  }
  return isManifest(value)
    ? { kind: 'manifest', manifest: value }
    : { kind: 'damaged', why: 'its manifest is not one that this version knows' }
}

function isManifest(value: unknown): value is SlotManifest {
  const manifest = value as Partial<Record<keyof SlotManifest, unknown>> | null
  return (
    manifest?.schema === 1 &&
    isPlain(manifest.version) &&
    isPlain(manifest.kernel_version) &&
    isPlain(manifest.kernel_args) &&
    isConsole(manifest.console) &&
    isHash(manifest.base_sha256) &&
    isCount(manifest.length) &&
    isPiece(manifest.kernel, manifest.length) &&
    isPiece(manifest.system, manifest.length)
  )
}

function isPiece(value: unknown, length: number): boolean {
  const piece = value as Partial<Record<keyof SlotPiece, unknown>> | null
  return (
    isCount(piece?.offset) &&
    isCount(piece?.length) &&
    isHash(piece?.sha256) &&
    piece.offset % BLOCK_BYTES === 0 &&
    piece.length % BLOCK_BYTES === 0 &&
    piece.offset >= HEAD_BYTES &&
    piece.offset + piece.length <= length
  )
}

function isConsole(value: unknown): boolean {
  const console = value as Partial<Record<'port' | 'baud', unknown>> | null
  return isPlain(console?.port) && isCount(console?.baud)
}

const isCount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value > 0

// They stand between quotes in a script of the loader.
const PLAIN = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 ._+~=:,/-'

const isPlain = (value: unknown): value is string =>
  typeof value === 'string' && [...value].every(character => PLAIN.includes(character))

const isHash = (value: unknown): value is string =>
  typeof value === 'string' &&
  value.length === 64 &&
  [...value].every(character => '0123456789abcdef'.includes(character))
