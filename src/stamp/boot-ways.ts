// How firmware can start an image: from a CD by El Torito (its specification 1.0, section 2), from
// a disk by the boot code of the first sector or by an EFI system partition.
import { readPartitionTable } from './gpt.ts'
import type { ImageReader } from './image-reader.ts'
import { SECTOR_BYTES } from './iso9660.ts'

type Firmware = 'bios' | 'uefi'

/** Which firmware finds something to start, by what the image is copied to. */
export interface BootWays {
  readonly cd: readonly Firmware[]
  /** A disk or a USB stick. */
  readonly disk: readonly Firmware[]
}

const BOOT_RECORD_SECTOR = 17
const ENTRY_BYTES = 32
const PLATFORMS: Readonly<Record<number, Firmware>> = { 0: 'bios', 239: 'uefi' }
const BOOTABLE = 0x88
const SECTION_HEADERS = [0x90, 0x91]

// The boot code of a first sector; the rest is its partition table.
const BOOT_CODE_BYTES = 440

/**
 * Finds what of an image firmware would start.
 *
 * @throws ProblemError `image_truncated` when the image names what is not in it
 */
export async function readBootWays(image: ImageReader): Promise<BootWays> {
  return { cd: await onCd(image), disk: await onDisk(image) }
}

async function onCd(image: ImageReader): Promise<Firmware[]> {
  const at = BOOT_RECORD_SECTOR * SECTOR_BYTES
  if (image.size < at + SECTOR_BYTES) return []
  const record = await image.read(at, SECTOR_BYTES)
  if (record.toString('latin1', 7, 30) !== 'EL TORITO SPECIFICATION') return []
  const catalog = await image.read(record.readUInt32LE(0x47) * SECTOR_BYTES, SECTOR_BYTES)
  const found = new Set<Firmware>()
  // The first entry names the platform of the second; section headers name those of what follows.
  let platform = catalog[1] ?? 0
  for (let entry = ENTRY_BYTES; entry < SECTOR_BYTES; entry += ENTRY_BYTES) {
    const kind = catalog[entry] ?? 0
    if (SECTION_HEADERS.includes(kind)) platform = catalog[entry + 1] ?? 0
    const firmware = PLATFORMS[platform]
    if (kind === BOOTABLE && firmware !== undefined) found.add(firmware)
  }
  return [...found]
}

async function onDisk(image: ImageReader): Promise<Firmware[]> {
  if (image.size < 512) return []
  const sector = await image.read(0, 512)
  const hasCode = sector.subarray(0, BOOT_CODE_BYTES).some(byte => byte !== 0)
  const bios = hasCode && sector.readUInt16LE(510) === 0xaa55
  const uefi = (await readPartitionTable(image))?.hasEfiSystem === true
  return [...(bios ? (['bios'] as const) : []), ...(uefi ? (['uefi'] as const) : [])]
}
