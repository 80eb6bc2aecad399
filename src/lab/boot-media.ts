import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { produceAtomic } from '../kit/atomic.ts'
import type { NodeConfig } from '../model/node-config.ts'
import { encodeNodeConfig } from '../model/resolve.ts'
import type { BuildResult } from '../pack/build.ts'
import { KERNEL_ARGS } from '../pack/kernel-args.ts'
import { consoleArgs } from '../stamp/console-args.ts'
import { flashStampPatches, openDirectorFlash } from '../stamp/flash.ts'
import { withImage } from '../stamp/image-reader.ts'
import { openDirectorIso, stampPatches } from '../stamp/iso.ts'
import { writePatched } from '../stamp/patch.ts'
import { writeSparsePatched } from '../stamp/sparse-copy.ts'
import { encodeStamp } from '../stamp/stamp.ts'
import type { BootMedia } from './qemu.ts'

/** What is made of files for each node; the network has a server instead. */
export type BootKind = Exclude<BootMedia['kind'], 'network'>

/** What the lab needs of a build. */
export type BuiltImages = Pick<BuildResult, 'baseSha256' | 'netboot' | 'nodes'>

/** The nodes with root's password of this lab in place of the operator's log-in. */
export function withPassword(nodes: readonly NodeConfig[], hash: string): readonly NodeConfig[] {
  return nodes.map(node => ({
    ...node,
    access: { ...node.access, console_password_hash: hash },
  }))
}

/** The stamp of a node as the lab boots it. */
export function stampOf(images: BuiltImages, node: NodeConfig): Uint8Array {
  return encodeStamp({
    cluster: node.cluster,
    node: node.node.name,
    baseSha256: images.baseSha256,
    config: encodeNodeConfig(node),
  })
}

/**
 * Writes what a node boots from into a folder: the images that were built, with another stamp.
 *
 * @param stamp what stands in the stamp's place; `stampOf` for a good one
 */
export async function writeMedia(
  images: BuiltImages,
  kind: BootKind,
  node: NodeConfig,
  stamp: Uint8Array,
  folder: string,
): Promise<BootMedia> {
  const { name } = node.node
  switch (kind) {
    case 'flash': {
      const image = join(folder, `${name}.img`)
      await writeFlash(built(images, name).flash, node, stamp, image)
      return { kind, disks: [{ image, bus: 'virtio', bootIndex: 1 }] }
    }
    case 'iso': {
      const iso = join(folder, `${name}.iso`)
      await writeIso(built(images, name).iso, node, stamp, iso)
      return { kind, iso }
    }
    case 'netboot': {
      const { kernel } = images.netboot
      const initramfs = join(folder, `${name}.initramfs`)
      const base = await readFile(images.netboot.initramfs)
      // As a loader does that is given two initramfs files: one behind the other.
      await produceAtomic(initramfs, file => file.writeFile(Buffer.concat([base, stamp])), {
        mode: 0o600,
      })
      const commandLine = `${consoleArgs(node.serial.console)} ${KERNEL_ARGS}`
      return { kind, kernel, initramfs, commandLine }
    }
  }
}

async function writeIso(
  source: string,
  node: NodeConfig,
  stamp: Uint8Array,
  target: string,
): Promise<void> {
  await withImage(source, async image => {
    const iso = await openDirectorIso(image)
    await writePatched(source, target, stampPatches(iso, stamp, node.serial.console), 0o600)
  })
}

async function writeFlash(
  source: string,
  node: NodeConfig,
  stamp: Uint8Array,
  target: string,
): Promise<void> {
  await withImage(source, async image => {
    const flash = await openDirectorFlash(image)
    const patches = await flashStampPatches(flash, stamp, node.serial.console)
    await writeSparsePatched(source, target, patches, 0o600)
  })
}

function built({ nodes }: BuiltImages, name: string): BuiltImages['nodes'][number] {
  const found = nodes.find(node => node.name === name)
  if (found === undefined) throw new Error(`no images were built for ${name}`)
  return found
}
