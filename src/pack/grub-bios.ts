// What grub-bios-setup does to an image: GRUB 2.12, grub-core/boot/i386/pc/boot.S and diskboot.S,
// util/setup.c.
import { BLOCK_BYTES } from '../agent/flash/disk-layout.ts'

/** Bytes of the first sector before its partition table and disk signature. */
export const BOOT_CODE_BYTES = 440

// GRUB_BOOT_MACHINE_KERNEL_SECTOR and GRUB_BOOT_MACHINE_DRIVE_CHECK of include/grub/i386/pc/boot.h.
const KERNEL_SECTOR = 0x5c
const DRIVE_CHECK = 0x66
const NO_OPERATION = [0x90, 0x90]
// The last list entry of diskboot.img: first sector, count, segment.
const BLOCK_LIST = BLOCK_BYTES - 12

/** The boot code of the first sector, which loads the sector at `core` and jumps there. */
export function bootCode(bootImage: Uint8Array, core: number): Uint8Array {
  const code = Buffer.from(bootImage.subarray(0, BOOT_CODE_BYTES))
  code.writeBigUInt64LE(BigInt(core), KERNEL_SECTOR)
  // There are BIOSes that name the disk that they start from wrongly.
  code.set(NO_OPERATION, DRIVE_CHECK)
  return code
}

/** GRUB's core image for a place on the disk: its first sector loads the ones behind it. */
export function placeCore(coreImage: Uint8Array, core: number): Uint8Array {
  const image = Buffer.alloc(Math.ceil(coreImage.length / BLOCK_BYTES) * BLOCK_BYTES)
  image.set(coreImage)
  image.writeBigUInt64LE(BigInt(core + 1), BLOCK_LIST)
  image.writeUInt16LE(image.length / BLOCK_BYTES - 1, BLOCK_LIST + 8)
  return image
}
