// Where everything lies on a flash disk. docs/flash-layout.md says the same to a person.

/** A logical block; disks with larger ones are not supported. */
export const BLOCK_BYTES = 512

const MIB = 1 << 20

/** The slots, in the order of their partitions. */
export const SLOTS = ['a', 'b', 'rescue'] as const
export type SlotName = (typeof SLOTS)[number]

/** One partition; its number is its place in the table, from 1. */
export interface PartitionPlan {
  readonly name: PartitionName
  /** Of the GPT, in text. */
  readonly type: string
  readonly offset: number
  readonly length: number
}

export type PartitionName =
  | 'director-bios'
  | 'director-esp'
  | 'director-state'
  | 'director-config'
  | 'director-journal'
  | `director-slot-${SlotName}`

// The BIOS boot partition is GRUB's, the EFI system partition UEFI's (2.10, section 5.3.3); the
// others are this project's own.
const TYPES = {
  bios: '21686148-6449-6e6f-744e-656564454649',
  esp: 'c12a7328-f81f-11d2-ba4b-00a0c93ec93b',
  state: '6f5d3c1e-0b6a-4f0e-9a52-d1ec70120001',
  config: '6f5d3c1e-0b6a-4f0e-9a52-d1ec70120002',
  journal: '6f5d3c1e-0b6a-4f0e-9a52-d1ec70120003',
  slot: '6f5d3c1e-0b6a-4f0e-9a52-d1ec70120004',
} as const

const part = (
  name: PartitionName,
  type: keyof typeof TYPES,
  first_mib: number,
  mib: number,
): PartitionPlan => ({ name, type: TYPES[type], offset: first_mib * MIB, length: mib * MIB })

/** Every partition of a flash disk. The first MiB holds the table, the last one its copy. */
export const PARTITIONS: readonly PartitionPlan[] = [
  part('director-bios', 'bios', 1, 1),
  part('director-esp', 'esp', 2, 34),
  part('director-state', 'state', 36, 1),
  part('director-config', 'config', 37, 8),
  part('director-journal', 'journal', 45, 2),
  part('director-slot-a', 'slot', 47, 64),
  part('director-slot-b', 'slot', 111, 64),
  part('director-slot-rescue', 'slot', 175, 64),
]

/** The smallest disk, and the size of an image: less than the 256,000,000 bytes of "256 MB". */
export const DISK_BYTES_MIN = 240 * MIB

/** The plan of a partition by its name. */
export function partition(name: PartitionName): PartitionPlan {
  return PARTITIONS[partitionNumber(name) - 1] as PartitionPlan
}

/** The number of a partition, as GRUB and Linux count. */
export function partitionNumber(name: PartitionName): number {
  return PARTITIONS.findIndex(plan => plan.name === name) + 1
}

/** The partition of a slot. */
export const slotPartition = (slot: SlotName): PartitionPlan => partition(`director-slot-${slot}`)

// --- Inside a slot: bytes from its beginning -----------------------------------------------------

/** JSON, one line, filled up with zeros. */
export const MANIFEST = { offset: 0, length: 4096 } as const
/** What the loader reads, made from the manifest. */
export const LOADER_SCRIPT = { offset: 4096, length: 4096 } as const
/** The checksums that the loader compares before it starts the slot, made from the manifest. */
export const LOADER_SUMS = { offset: 8192, length: 4096 } as const
/** The first byte of what is started; pieces begin at multiples of this. */
export const PAYLOAD_ALIGN = 64 << 10

// --- Inside the config area ----------------------------------------------------------------------

/** Each slot has two cells, so that the one before is kept when a stamp is written anew. */
export const COPIES = [0, 1] as const
export type Copy = (typeof COPIES)[number]

const CELL_BYTES = 1088 << 10

/** The loader's settings of a cell: text, filled up with `#`. */
export const SETTINGS_BYTES = 2048
/** Room for a stamp, behind 64 KiB for what is about it. */
export const STAMP_BYTES_MAX = 1 << 20
const STAMP_OFFSET = 64 << 10

/** Where a cell's settings and its stamp lie, in bytes from the beginning of the config area. */
export function configCell(slot: SlotName, copy: Copy) {
  const offset = (SLOTS.indexOf(slot) * COPIES.length + copy) * CELL_BYTES
  return {
    settings: { offset, length: SETTINGS_BYTES },
    stamp: { offset: offset + STAMP_OFFSET, length: STAMP_BYTES_MAX },
  }
}
