import { stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Toolbox } from '../base/base-system.ts'
import { FIXED_TIME } from './fixed-time.ts'

// From a medium to a menu on a serial port, and no more.
const MODULES =
  'iso9660 part_msdos part_gpt regexp search search_fs_file normal configfile test echo linux serial terminal reboot halt'.split(
    ' ',
  )
const PREFIX = '/boot/grub'

/** GRUB in one piece, with the script that finds the medium that it came from. */
export interface LoaderRequest {
  /** The text of images/iso/early.cfg. */
  readonly earlyConfig: string
  readonly tools: Toolbox
  /** A folder for what is made on the way. */
  readonly scratch: string
}

/** Writes the loader for BIOS: a CD starts it by El Torito, a disk by its first sector. */
export async function makeBiosLoader(request: LoaderRequest, path: string): Promise<void> {
  await makeGrub(request, { format: 'i386-pc-eltorito', folder: 'i386-pc' }, path, ['biosdisk'])
}

/**
 * Writes the file system that UEFI starts the loader from: FAT with `/EFI/BOOT/BOOTX64.EFI`.
 *
 * @param serial of the volume, eight hexadecimal digits
 */
export async function makeEfiPartition(
  request: LoaderRequest,
  serial: string,
  path: string,
): Promise<void> {
  const { scratch, tools } = request
  const loader = join(scratch, 'BOOTX64.EFI')
  await makeGrub(request, { format: 'x86_64-efi', folder: 'x86_64-efi' }, loader, [])
  const kib = Math.ceil((await stat(loader)).size / 1024) + FAT_SPARE_KIB
  // FAT12: what UEFI asks of removable media; two FATs of 2 KiB clusters and a small root folder.
  const shape = ['-F', '12', '-s', '4', '-r', '112']
  await tools.run('mkfs.fat', ['--invariant', '-i', serial, ...shape, '-C', path, `${kib}`])
  // Names in capitals of 8.3 are all that is written, so no setting of mtools on the host counts.
  const env = { ...FIXED_TIME, MTOOLSRC: '/dev/null' }
  await tools.run('mmd', ['-i', path, '::/EFI', '::/EFI/BOOT'], { env })
  await tools.run('mcopy', ['-i', path, loader, '::/EFI/BOOT/BOOTX64.EFI'], { env })
}

// The file system itself, and room for a loader that another release makes.
const FAT_SPARE_KIB = 128

async function makeGrub(
  { earlyConfig, scratch, tools }: LoaderRequest,
  { format, folder }: { readonly format: string; readonly folder: string },
  path: string,
  modules: readonly string[],
): Promise<void> {
  const early = join(scratch, 'early.cfg')
  await writeFile(early, earlyConfig)
  const target = ['-O', format, '-d', await tools.path(`usr/lib/grub/${folder}`)]
  const script = ['-p', PREFIX, '-c', early, '-o', path]
  await tools.run('grub-mkimage', [...target, ...script, ...modules, ...MODULES])
}
