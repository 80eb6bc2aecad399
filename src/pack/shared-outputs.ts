import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Toolbox } from '../base/base-system.ts'
import { projectFolder } from '../compose/agent-toolchain.ts'
import { digestOf } from '../kit/hash.ts'
import type { Cluster } from '../model/cluster.ts'
import type { BaseImages } from './base-images.ts'
import { bootScript, dnsmasqConfig } from './netboot.ts'
import type { StampedNode } from './node-outputs.ts'
import { bytesOutput, copyOutput, diskOutput, type Output } from './outputs.ts'

// iPXE as Debian builds it, under the names by which the netboot tree knows it. The second one of
// UEFI lies beside its own script.
const LOADERS = [
  { path: 'netboot/undionly.kpxe', source: 'usr/lib/ipxe/undionly.kpxe' },
  { path: 'netboot/snponly.efi', source: 'usr/lib/ipxe/snponly.efi' },
  { path: 'netboot/http/boot.efi', source: 'usr/lib/ipxe/snponly.efi' },
] as const

export interface SharedContent {
  readonly cluster: Cluster
  readonly images: BaseImages
  readonly nodes: readonly StampedNode[]
  /** The section `loaders` of the recipe. */
  readonly loaders: Toolbox
}

/** The files that hold nothing of one node alone. */
export async function sharedOutputs(content: SharedContent): Promise<readonly Output[]> {
  const { cluster, images, nodes, loaders } = content
  const { name, board } = cluster
  const { flash, initramfs, iso, kernel, payload } = images
  const template = (file: string) => readFile(join(projectFolder, 'images/netboot', file), 'utf8')
  const configs = nodes.map(({ config }) => config)
  const script = bootScript(await template('boot.ipxe'), name, configs, board.console)
  const dnsmasq = dnsmasqConfig(await template('dnsmasq.conf'), name, configs)
  return [
    copyOutput('base.iso', iso.path, iso.sha256),
    diskOutput('base.img', flash.folder, flash.sha256),
    copyOutput('netboot/vmlinuz', kernel.path, kernel.sha256),
    copyOutput('netboot/initramfs.zst', initramfs.path, initramfs.sha256),
    copyOutput('netboot/install.img', payload.path, payload.sha256),
    bytesOutput('netboot/boot.ipxe', script),
    bytesOutput('netboot/dnsmasq.conf', dnsmasq),
    bytesOutput('netboot/http/autoexec.ipxe', await template('autoexec.ipxe')),
    bytesOutput('netboot/http/next.ipxe', await template('next.ipxe')),
    ...(await Promise.all(
      LOADERS.map(async ({ path, source }) =>
        copyOutput(path, await loaders.path(source), digestOf([loaders.digest, source])),
      ),
    )),
  ]
}
