// Places from which firmware starts an image, written by hand: El Torito 1.0, section 2, and UEFI
// 2.10, section 5.3.

const SECTOR = 2048
const BLOCK = 512
const CATALOG_SECTOR = 40

/** An entry of the boot catalog: 32 bytes, the first two of which count. */
export const CATALOG = {
  bios: [1, 0],
  uefiFirst: [1, 0xef],
  bootable: [0x88, 0],
  notBootable: [0, 0],
  uefiSection: [0x91, 0xef],
  powerPcSection: [0x91, 1],
} as const

/** An image whose El Torito catalog holds these entries, and nothing else. */
export function bootableCd(entries: readonly (readonly [number, number])[]): Buffer {
  const image = Buffer.alloc((CATALOG_SECTOR + 1) * SECTOR)
  image.write('\0CD001\x01EL TORITO SPECIFICATION', 17 * SECTOR, 'latin1')
  image.writeUInt32LE(CATALOG_SECTOR, 17 * SECTOR + 0x47)
  for (const [index, [kind, platform]] of entries.entries()) {
    image.set([kind, platform], CATALOG_SECTOR * SECTOR + index * 32)
  }
  return image
}

export const EFI_SYSTEM = '28732ac11ff8d211ba4b00a0c93ec93b'

export interface TableOptions {
  readonly types: readonly string[]
  readonly diskBlocks: number
  readonly entryBytes?: number
  readonly count?: number
}

/** The first blocks of a disk with a GUID partition table. */
export function partitioned(options: TableOptions): Buffer {
  const { types, diskBlocks, entryBytes = 128, count = types.length } = options
  const image = Buffer.alloc(64 * BLOCK)
  image.write('EFI PART', BLOCK, 'latin1')
  image.writeBigUInt64LE(BigInt(diskBlocks - 1), BLOCK + 32)
  image.writeBigUInt64LE(2n, BLOCK + 72)
  image.writeUInt32LE(count, BLOCK + 80)
  image.writeUInt32LE(entryBytes, BLOCK + 84)
  for (const [index, type] of types.entries()) {
    image.write(type, 2 * BLOCK + index * entryBytes, 'hex')
  }
  return image
}
