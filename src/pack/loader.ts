import { stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Toolbox } from '../base/base-system.ts'
import { encodeCpio } from '../tree/cpio.ts'
import type { Entry } from '../tree/tree.ts'
import { FIXED_TIME } from './fixed-time.ts'

// From a medium to a menu on a serial port, and no more.
const MODULES =
  'iso9660 part_msdos part_gpt regexp search search_fs_file normal configfile test echo read linux serial terminal reboot halt smbios sleep'.split(
    ' ',
  )
const PREFIX = '/boot/grub'

/** GRUB in one piece, with the script that finds the medium that it came from. */
export interface LoaderRequest {
  /** The text of images/iso/early.cfg or images/flash/early.cfg. */
  readonly earlyConfig: string
  /** A menu that is part of the loader, as `(memdisk)/boot/grub/grub.cfg`; else it is a file. */
  readonly menu?: string
  /** Modules beside those that every medium needs. */
  readonly modules?: readonly string[]
  readonly tools: Toolbox
  /** A folder for what is made on the way. */
  readonly scratch: string
}

/** How BIOS finds the loader: on a CD by El Torito, on a disk by its first sector. */
export type BiosFormat = 'i386-pc-eltorito' | 'i386-pc'

/** Writes the loader for BIOS. An ISO's of the first format starts from a disk too. */
export async function makeBiosLoader(
  request: LoaderRequest,
  path: string,
  format: BiosFormat = 'i386-pc-eltorito',
): Promise<void> {
  await makeGrub(request, { format, folder: 'i386-pc' }, path, ['biosdisk'])
}

/** The file system that UEFI starts the loader from. */
export interface EfiPartition {
  /** Of the volume, eight hexadecimal digits. */
  readonly serial: string
  /** A fixed disk's partition of this size; absent: as small as the loader lets it be. */
  readonly bytes?: number
}

/** Writes the FAT file system with the loader for UEFI, `/EFI/BOOT/BOOTX64.EFI`. */
export async function makeEfiPartition(
  request: LoaderRequest,
  { serial, bytes }: EfiPartition,
  path: string,
): Promise<void> {
  const { scratch, tools } = request
  const loader = join(scratch, 'BOOTX64.EFI')
  await makeGrub(request, { format: 'x86_64-efi', folder: 'x86_64-efi' }, loader, [])
  const kib =
    bytes === undefined ? Math.ceil((await stat(loader)).size / 1024) + FAT_SPARE_KIB : bytes / 1024
  // UEFI 2.10, 13.3: FAT12 for removable media (two FATs of 2 KiB clusters and a small root
  // folder), FAT32 for a fixed disk, whose clusters of 512 bytes keep it small.
  const shape = bytes === undefined ? ['-F', '12', '-s', '4', '-r', '112'] : ['-F', '32', '-s', '1']
  await tools.run('mkfs.fat', ['--invariant', '-i', serial, ...shape, '-C', path, `${kib}`])
  // Names in capitals of 8.3 are all that is written, so no setting of mtools on the host counts.
  const env = { ...FIXED_TIME, MTOOLSRC: '/dev/null' }
  await tools.run('mmd', ['-i', path, '::/EFI', '::/EFI/BOOT'], { env })
  await tools.run('mcopy', ['-i', path, loader, '::/EFI/BOOT/BOOTX64.EFI'], { env })
}

// The file system itself, and room for a loader that another release makes.
const FAT_SPARE_KIB = 128

async function makeGrub(
  { earlyConfig, menu, modules: more = [], scratch, tools }: LoaderRequest,
  { format, folder }: { readonly format: string; readonly folder: string },
  path: string,
  modules: readonly string[],
): Promise<void> {
  const early = join(scratch, 'early.cfg')
  await writeFile(early, earlyConfig)
  const target = ['-O', format, '-d', await tools.path(`usr/lib/grub/${folder}`)]
  const script = ['-p', PREFIX, '-c', early, '-o', path]
  const wanted = [...new Set([...modules, ...more, ...MODULES])]
  if (menu === undefined) {
    await tools.run('grub-mkimage', [...target, ...script, ...wanted])
    return
  }
  const disk = join(scratch, 'menu.cpio')
  const content: Entry = { kind: 'file', mode: 0o644, uid: 0, gid: 0, content: Buffer.from(menu) }
  await writeFile(disk, encodeCpio(new Map([['boot/grub/grub.cfg', content]])))
  await tools.run('grub-mkimage', [
    ...[...target, '-m', disk, ...script],
    ...['memdisk', 'newc', ...wanted],
  ])
}
