import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { projectFolder } from '../compose/agent-toolchain.ts'
import type { Cluster } from '../model/cluster.ts'
import type { BaseImages } from './base-images.ts'
import { bootScript, dnsmasqConfig } from './netboot.ts'
import type { StampedNode } from './node-outputs.ts'
import { bytesOutput, copyOutput, type Output, sparseOutput } from './outputs.ts'

/** The files that hold nothing of one node alone. */
export async function sharedOutputs(
  { name, board }: Cluster,
  { flash, initramfs, iso, kernel }: BaseImages,
  nodes: readonly StampedNode[],
): Promise<readonly Output[]> {
  const template = (file: string) => readFile(join(projectFolder, 'images/netboot', file), 'utf8')
  const configs = nodes.map(({ config }) => config)
  const script = bootScript(await template('boot.ipxe'), name, configs, board.console)
  const dnsmasq = dnsmasqConfig(await template('dnsmasq.conf'), name, configs)
  return [
    copyOutput('base.iso', iso.path, iso.sha256),
    sparseOutput('base.img', flash.path, flash.sha256),
    copyOutput('netboot/vmlinuz', kernel.path, kernel.sha256),
    copyOutput('netboot/initramfs.zst', initramfs.path, initramfs.sha256),
    bytesOutput('netboot/boot.ipxe', script),
    bytesOutput('netboot/dnsmasq.conf', dnsmasq),
  ]
}
