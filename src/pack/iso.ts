import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Toolbox } from '../base/base-system.ts'
import { encodeLoaderSettings } from '../stamp/console-args.ts'
import { type ConsolePort, LAYOUT_FEATURES, type Layout } from '../stamp/layout.ts'
import { KERNEL_ARGS } from './kernel-args.ts'
import { fillTemplate } from './template.ts'

/** What goes into a base ISO: all files by path, nothing of a node. */
export interface IsoContent {
  readonly kernelFile: string
  readonly initramfsFile: string
  /** The text of images/iso/grub.cfg. */
  readonly grubTemplate: string
  readonly console: ConsolePort
  readonly baseSha256: string
}

/** A fleet's configuration with many VIPs fits many times. */
export const NODE_REGION_BYTES = 1 << 20
const ARGUMENT_REGION_BYTES = 2048

// What the loader needs from a CD or a USB stick to a menu on a serial port, and no more.
const GRUB_MODULES =
  'biosdisk iso9660 part_msdos part_gpt search search_fs_file normal configfile test echo linux serial terminal reboot halt'.split(
    ' ',
  )

// Every date in the image, and the volume's id, which is made from one: no clock gets in.
const FIXED_DATE = '2000010100000000'
const FIXED_SECONDS = '946684800'

/**
 * Makes an ISO without a stamp that boots by BIOS from a CD or, copied as it is, from a USB stick.
 *
 * Equal content and equal tools give equal bytes.
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
  await makeLoader(tools, scratch, join(root, 'boot/grub/eltorito.img'))
  const grubConfig = fillTemplate(content.grubTemplate, { kernel_args: KERNEL_ARGS })
  await writeFile(join(root, 'boot/grub/grub.cfg'), grubConfig)
  await writeFile(join(root, 'director/node.img'), new Uint8Array(NODE_REGION_BYTES))
  const settings = encodeLoaderSettings(content.console, ARGUMENT_REGION_BYTES)
  await writeFile(join(root, 'director/kargs.cfg'), settings)
  await writeFile(join(root, 'director/layout.json'), `${JSON.stringify(layoutOf(content))}\n`)

  const iso = join(scratch, 'base.iso')
  await tools.run('xorriso', await isoArguments(content, tools, root, iso), {
    env: { SOURCE_DATE_EPOCH: FIXED_SECONDS },
  })
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

async function makeLoader(tools: Toolbox, scratch: string, path: string): Promise<void> {
  // The loader's own device has another name on a CD than on a USB stick.
  const early = join(scratch, 'early.cfg')
  await writeFile(early, 'search --no-floppy --set=root --file /director/layout.json\n')
  const modules = await tools.path('usr/lib/grub/i386-pc')
  const target = ['-O', 'i386-pc-eltorito', '-d', modules, '-p', '/boot/grub', '-c', early]
  await tools.run('grub-mkimage', [...target, '-o', path, ...GRUB_MODULES])
}

async function isoArguments(
  content: IsoContent,
  tools: Toolbox,
  root: string,
  iso: string,
): Promise<string[]> {
  const fromDisk = await tools.path('usr/lib/grub/i386-pc/boot_hybrid.img')
  const loader = 'boot/grub/eltorito.img'
  return [
    ...['-as', 'mkisofs', '-o', iso, '-V', 'DIRECTOR', '-iso-level', '3', '-r'],
    ...[`--modification-date=${FIXED_DATE}`, '--set_all_file_dates', FIXED_DATE],
    ...['-b', loader, '-no-emul-boot', '-boot-load-size', '4', '-boot-info-table'],
    ...['--grub2-boot-info', '--grub2-mbr', fromDisk, '--protective-msdos-label'],
    ...['-graft-points', root],
    `boot/vmlinuz=${content.kernelFile}`,
    `boot/initramfs.zst=${content.initramfsFile}`,
  ]
}
