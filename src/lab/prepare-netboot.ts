import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Toolbox } from '../base/base-system.ts'
import { projectFolder } from '../compose/agent-toolchain.ts'
import type { NodeConfig } from '../model/node-config.ts'
import type { BuildResult } from '../pack/build.ts'
import type { LabOptions } from './lab.ts'
import { netbootNetwork, writeNetbootTree } from './netboot-server.ts'
import { planLab } from './plan.ts'
import type { BootMedia, NetworkFirmware } from './qemu.ts'

export interface NetbootRequest {
  readonly build: BuildResult
  readonly nodes: readonly NodeConfig[]
  /** The section `lab` of the recipe. */
  readonly tools: Toolbox
  /** The section `loaders` of the recipe. */
  readonly loaders: Toolbox
  readonly logs: string
  /** What the firmware of the machines speaks. */
  readonly protocol: 'pxe' | 'http'
  /** The program of a node's UEFI firmware, or nothing for BIOS. */
  readonly uefi: (node: NodeConfig) => Pick<BootMedia, 'uefi'>
}

/** Lays out what a server in the lab serves, and says how the machines ask for it. */
export async function prepareNetboot(
  request: NetbootRequest,
): Promise<Pick<LabOptions, 'media' | 'netbootServer'>> {
  const { build, logs, nodes, tools } = request
  const folder = join(logs, 'served')
  writeNetbootTree(build, nodes, folder)
  return {
    media: node => networkMedia(request, node),
    netbootServer: {
      dnsmasq: await tools.command('dnsmasq'),
      http: (served, address, port) => [
        join(projectFolder, 'director'),
        ...['serve', served, '--listen', `${address}:${port}`],
      ],
      folder,
    },
  }
}

async function networkMedia(request: NetbootRequest, node: NodeConfig): Promise<BootMedia> {
  const plan = planLab(request.nodes)
  const network = netbootNetwork(plan)
  const nics = plan.directors.find(({ name }) => name === node.node.name)?.nics ?? []
  const card = nics.findIndex(nic => nic.network === network)
  const by = await firmwareOf(request, node, card)
  return { kind: 'network', network, by, ...request.uefi(node) }
}

async function firmwareOf(
  { loaders, logs, protocol, tools, uefi }: NetbootRequest,
  node: NodeConfig,
  card: number,
): Promise<NetworkFirmware> {
  if (uefi(node).uefi !== undefined) return { kind: 'uefi', protocol }
  // A BIOS has no HTTP: what speaks it is iPXE in the card.
  if (protocol === 'http') {
    return { kind: 'card', rom: await tools.path('usr/share/qemu/pxe-virtio.rom') }
  }
  const script = join(logs, `${node.node.name}.pxe`)
  writeFileSync(script, plainPxe(card))
  return { kind: 'plain', kernel: await loaders.path('usr/lib/ipxe/ipxe.lkrn'), script }
}

/**
 * A script that makes of iPXE what a BIOS with PXE alone is: no user class, one file by TFTP.
 *
 * QEMU's own PXE ROMs are iPXE, and say so to a DHCP server.
 *
 * @param card the number of the network card, in the order of the machine's bus
 */
function plainPxe(card: number): string {
  return [
    '#!ipxe',
    'set user-class PXEClient',
    `dhcp net${card} || goto failed`,
    // What it loads finds this setting in the firmware's own DHCP packets.
    'clear user-class',
    `echo plain PXE: \${filename}`,
    `chain tftp://\${next-server}/\${filename} || goto failed`,
    ':failed',
    'echo plain PXE: failed, the machine starts again',
    'sleep 5',
    'reboot',
    '',
  ].join('\n')
}
