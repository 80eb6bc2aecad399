// Whether a disk may be written, and what a person is asked before it is.
import { BLOCK_BYTES, DISK_BYTES_MIN } from './disk-layout.ts'
import { type DiskContent, hasStatePartition } from './what-is-on.ts'

/** A disk of this machine. */
export interface DiskFacts {
  /** Without /dev/, for example nvme0n1. */
  readonly name: string
  readonly bytes: number
  readonly blockBytes: number
  readonly isReadOnly: boolean
  /** As the disk calls itself; may be empty. */
  readonly model: string
  readonly content: DiskContent
}

/** Why a disk is not written. */
export interface Refusal {
  readonly code: string
  readonly message: string
  readonly expected?: string
  readonly found?: string
  readonly remedy: string
}

export interface Wish {
  /** GUID of the state partition of the disk that this system came from. */
  readonly bootDisk?: string
  /** Nobody is asked: what is on the disk may be lost only if `erase` says so. */
  readonly isAsked: boolean
  readonly erase: boolean
}

/** @returns why the disk must not be written, or undefined */
export function refusalFor(
  disk: DiskFacts,
  { bootDisk, isAsked, erase }: Wish,
): Refusal | undefined {
  const { blockBytes, bytes, content, isReadOnly, name } = disk
  if (content.kind === 'director' && bootDisk !== undefined) {
    if (hasStatePartition(content.table, bootDisk)) return bootedFrom(name)
  }
  if (content.kind === 'director_iso') return isoStick(name)
  if (isReadOnly) {
    return {
      code: 'disk_read_only',
      message: `the disk ${name} cannot be written`,
      remedy: 'take its write protection off, or name another disk',
    }
  }
  if (bytes < DISK_BYTES_MIN) {
    return {
      code: 'disk_too_small',
      message: `the disk ${name} is too small`,
      expected: `at least ${DISK_BYTES_MIN} bytes (sold as 256 MB)`,
      found: `${bytes} bytes`,
      remedy: 'name a larger disk',
    }
  }
  if (blockBytes !== BLOCK_BYTES) return otherBlocks(disk)
  if (!isAsked && !erase && content.kind !== 'nothing') return notEmpty(disk)
  return undefined
}

const bootedFrom = (name: string): Refusal => ({
  code: 'disk_is_running',
  message: `this system was started from the disk ${name}`,
  expected: 'another disk than the one in use',
  remedy: 'start from a CD or from the network to install anew, or name another disk',
})

const isoStick = (name: string): Refusal => ({
  code: 'disk_is_medium',
  message: `the disk ${name} holds the ISO image of a director: this system may have come from it`,
  expected: 'another disk than the one that the installation comes from',
  remedy: 'name another disk, or erase the beginning of this one first',
})

const otherBlocks = ({ blockBytes, name }: DiskFacts): Refusal => ({
  code: 'disk_blocks',
  message: `the disk ${name} has blocks of a size that the loader cannot use`,
  expected: `${BLOCK_BYTES} bytes`,
  found: `${blockBytes} bytes`,
  remedy: 'format the disk to 512-byte blocks with the tool of its maker, or name another disk',
})

const notEmpty = ({ content, name }: DiskFacts): Refusal => ({
  code: 'disk_not_empty',
  message: `the disk ${name} is not empty`,
  expected: 'an empty disk, or the word --erase',
  found: contentText(content),
  remedy: `add --erase if what is on ${name} may be lost`,
})

/** What is on a disk, for a person. */
export function contentText(content: DiskContent): string {
  switch (content.kind) {
    case 'nothing':
      return 'nothing'
    case 'director':
      return 'the system of a director'
    case 'director_iso':
      return 'the ISO image of a director'
    case 'other':
      return content.what
  }
}

/** A disk on one line: name, size, model, content. */
export function diskLine({ bytes, content, model, name }: DiskFacts): string {
  const named = model === '' ? '' : `, ${model}`
  return `${name}: ${sizeText(bytes)}${named}; on it: ${contentText(content)}`
}

function sizeText(bytes: number): string {
  return bytes < 10e9 ? `${Math.round(bytes / 1e6)} MB` : `${Math.round(bytes / 1e9)} GB`
}

/** What has to be typed to have a disk written. */
export const consentTo = (name: string): string => `install ${name}`
