import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Toolbox } from '../base/base-system.ts'
import { uuidFrom } from '../kit/uuid.ts'
import type { Board } from '../model/board.ts'
import { encodeLoaderSettings } from '../stamp/console-args.ts'
import { type ConsolePort, LAYOUT_FEATURES, type Layout } from '../stamp/layout.ts'
import { FIXED_DATE, FIXED_TIME } from './fixed-time.ts'
import { PAYLOAD } from './install-payload.ts'
import { KERNEL_ARGS } from './kernel-args.ts'
import { makeBiosLoader, makeEfiPartition } from './loader.ts'
import { memoryCheck } from './memory-check.ts'
import { fillTemplate } from './template.ts'

/** What goes into a base ISO: all files by path, nothing of a node. */
export interface IsoContent {
  readonly kernelFile: string
  readonly initramfsFile: string
  /** A folder with the files of `makeInstallPayload`; absent: the ISO cannot install. */
  readonly payload?: string
  /** The text of images/iso/grub.cfg. */
  readonly grubTemplate: string
  /** The text of images/iso/early.cfg. */
  readonly earlyConfig: string
  /** The firmware that is to start it. */
  readonly boot: Board['boot']
  readonly console: ConsolePort
  readonly baseSha256: string
}

/** A fleet's configuration with many VIPs fits many times. */
export const NODE_REGION_BYTES = 1 << 20
const ARGUMENT_REGION_BYTES = 2048

const BIOS_LOADER = 'boot/grub/eltorito.img'
// UEFI 2.10, section 5.3.3, and Microsoft's; text form.
const EFI_SYSTEM_PARTITION = 'C12A7328-F81F-11D2-BA4B-00A0C93EC93B'
const BASIC_DATA_PARTITION = 'EBD0A0A2-B9E5-4433-87C0-68B6B72699C7'

/**
 * Makes an ISO without a stamp that boots from a CD or, copied as it is, from a USB stick.
 *
 * Equal content and equal tools give equal bytes: every date and id in the image is fixed or
 * follows from the content.
 *
 * @param scratch an empty folder
 * @returns the path of the ISO in `scratch`
 */
export async function makeBaseIso(
  content: IsoContent,
  tools: Toolbox,
  scratch: string,
): Promise<string> {
  const root = join(scratch, 'root')
  for (const folder of ['boot/grub', 'director']) {
    await mkdir(join(root, folder), { recursive: true })
  }
  const grubConfig = fillTemplate(content.grubTemplate, {
    kernel_args: KERNEL_ARGS,
    memory_check: memoryCheck(),
  })
  await writeFile(join(root, 'boot/grub/grub.cfg'), grubConfig)
  await writeFile(join(root, 'director/node.img'), new Uint8Array(NODE_REGION_BYTES))
  const settings = encodeLoaderSettings(content.console, ARGUMENT_REGION_BYTES)
  await writeFile(join(root, 'director/kargs.cfg'), settings)
  await writeFile(join(root, 'director/layout.json'), `${JSON.stringify(layoutOf(content))}\n`)

  const { baseSha256, earlyConfig } = content
  const loader = { earlyConfig, tools, scratch }
  const iso = join(scratch, 'base.iso')
  const args = [
    ...['-as', 'mkisofs', '-o', iso, '-V', 'DIRECTOR', '-iso-level', '3', '-r'],
    ...[`--modification-date=${FIXED_DATE}`, '--set_all_file_dates', FIXED_DATE],
  ]
  if (content.boot.includes('bios')) {
    await makeBiosLoader(loader, join(root, BIOS_LOADER))
    args.push(...(await biosArguments(tools)))
  }
  if (content.boot.includes('uefi')) {
    const partition = join(scratch, 'efi.img')
    await makeEfiPartition(loader, { serial: baseSha256.slice(0, 8) }, partition)
    args.push(...efiArguments(partition, baseSha256))
  }
  const kernel = `boot/vmlinuz=${content.kernelFile}`
  const system = `boot/initramfs.zst=${content.initramfsFile}`
  const payload = Object.values(PAYLOAD).flatMap(name =>
    content.payload === undefined ? [] : [`director/install/${name}=${content.payload}/${name}`],
  )
  const files = ['-graft-points', root, kernel, system, ...payload]
  await tools.run('xorriso', [...args, ...files], { env: FIXED_TIME })
  return iso
}

/** Where everything lies in an ISO that `makeBaseIso` makes. */
export function layoutOf(content: Pick<IsoContent, 'baseSha256' | 'console'>): Layout {
  return {
    version: 1,
    base_sha256: content.baseSha256,
    features: LAYOUT_FEATURES,
    node: { file: '/director/node.img', offset: 0, length: NODE_REGION_BYTES },
    kargs: [{ file: '/director/kargs.cfg', offset: 0, length: ARGUMENT_REGION_BYTES, pad: '#' }],
    console: content.console,
  }
}

async function biosArguments(tools: Toolbox): Promise<string[]> {
  const fromDisk = await tools.path('usr/lib/grub/i386-pc/boot_hybrid.img')
  return [
    ...['-b', BIOS_LOADER, '-no-emul-boot', '-boot-load-size', '4', '-boot-info-table'],
    ...['--grub2-boot-info', '--grub2-mbr', fromDisk, '--protective-msdos-label'],
    // There are BIOSes that start no disk without an active partition.
    '--mbr-force-bootable',
  ]
}

// One copy of the EFI file system, behind the ISO's: El Torito points to it for a CD, a GPT
// partition for a disk. The first partition is the ISO file system itself, 16 blocks in.
function efiArguments(partition: string, baseSha256: string): string[] {
  return [
    ...['-partition_cyl_align', 'off', '-partition_offset', '16'],
    ...['-append_partition', '2', EFI_SYSTEM_PARTITION, partition, '-appended_part_as_gpt'],
    ...['-iso_mbr_part_type', BASIC_DATA_PARTITION, '--gpt_disk_guid', uuidFrom(baseSha256)],
    ...['-eltorito-alt-boot', '-e', '--interval:appended_partition_2:all::', '-no-emul-boot'],
  ]
}
