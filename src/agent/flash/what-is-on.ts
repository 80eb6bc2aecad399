import { DISK_BYTES_MIN, PARTITIONS, partition } from './disk-layout.ts'
import { decodeGpt, GPT_HEAD_BYTES, type Gpt } from './gpt.ts'

/** What a disk holds, as far as its beginning tells. */
export type DiskContent =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'director'; readonly table: Gpt }
  /** The ISO of a director, as copied to a USB stick: this system may have come from it. */
  | { readonly kind: 'director_iso' }
  | { readonly kind: 'other'; readonly what: string }

/** So much of a disk's beginning is looked at. */
export const LOOK_BYTES = 128 << 10

// Where file systems and their like have their marks: each project's own documentation of the
// format; blkid(8) knows the same.
const MARKS: readonly { readonly at: number; readonly mark: string; readonly what: string }[] = [
  { at: 0x438, mark: '\x53\xef', what: 'an ext2, ext3 or ext4 file system' },
  { at: 0, mark: 'XFSB', what: 'an XFS file system' },
  { at: 0x10040, mark: '_BHRfS_M', what: 'a btrfs file system' },
  { at: 0x400, mark: '\x10\x20\xf5\xf2', what: 'an F2FS file system' },
  { at: 3, mark: 'NTFS    ', what: 'an NTFS file system' },
  { at: 3, mark: 'EXFAT   ', what: 'an exFAT file system' },
  { at: 54, mark: 'FAT', what: 'a FAT file system' },
  { at: 82, mark: 'FAT32', what: 'a FAT file system' },
  { at: 0, mark: 'LUKS\xba\xbe', what: 'an encrypted volume (LUKS)' },
  { at: 0x218, mark: 'LVM2 001', what: 'an LVM volume' },
  { at: 0x18, mark: 'LVM2 001', what: 'an LVM volume' },
  { at: 0x1000, mark: '\xfc\x4e\x2b\xa9', what: 'a member of a RAID (md)' },
  { at: 0xff6, mark: 'SWAPSPACE2', what: 'swap space' },
  { at: 0x8001, mark: 'CD001', what: 'an ISO 9660 file system' },
]

const ISO_LABEL = { at: 0x8028, text: 'DIRECTOR' }

/** @param head the first `LOOK_BYTES` bytes of the disk, or all of a smaller one */
export function whatIsOn(head: Uint8Array): DiskContent {
  if (hasMark(head, ISO_LABEL.at, ISO_LABEL.text) && hasMark(head, 0x8001, 'CD001')) {
    return { kind: 'director_iso' }
  }
  const table = head.length < GPT_HEAD_BYTES ? undefined : decodeGpt(head)
  if (table !== undefined) {
    const { type } = partition('director-state')
    if (table.partitions.some(each => each.type === type)) return { kind: 'director', table }
    return { kind: 'other', what: `a partition table (GPT) with ${count(table.partitions.length)}` }
  }
  const found = MARKS.find(({ at, mark }) => hasMark(head, at, mark))
  if (found !== undefined) return { kind: 'other', what: found.what }
  const entries = mbrEntries(head)
  if (entries > 0) {
    return { kind: 'other', what: `a partition table (MBR) with ${count(entries)}` }
  }
  if (isZero(head)) return { kind: 'nothing' }
  return { kind: 'other', what: 'data of a kind that is not known here' }
}

/** By words of four bytes, since the agent's interpreter is slow at single ones. */
function isZero(bytes: Uint8Array): boolean {
  const words = new Uint32Array(Math.ceil(bytes.length / 4))
  new Uint8Array(words.buffer).set(bytes)
  return words.every(word => word === 0)
}

const count = (partitions: number) => `${partitions} partition${partitions === 1 ? '' : 's'}`

function hasMark(head: Uint8Array, at: number, mark: string): boolean {
  for (let index = 0; index < mark.length; index++) {
    if (head[at + index] !== mark.charCodeAt(index)) return false
  }
  return true
}

function mbrEntries(head: Uint8Array): number {
  if (head[510] !== 0x55 || head[511] !== 0xaa) return 0
  return [446, 462, 478, 494].filter(at => head[at + 4] !== 0).length
}

/** True if a disk has the state partition of this GUID. */
export function hasStatePartition({ partitions }: Gpt, guid: string): boolean {
  const { type } = partition('director-state')
  return partitions.some(each => each.type === type && each.guid === guid)
}

/** True if the areas of a director's disk are where this version looks for them. */
export function isLayoutKnown({ diskBytes, partitions }: Gpt): boolean {
  return (
    diskBytes >= DISK_BYTES_MIN &&
    PARTITIONS.every(({ name, offset, length }, index) => {
      const found = partitions[index]
      return found?.name === name && found.offset === offset && found.length === length
    })
  )
}
