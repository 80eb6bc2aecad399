import type { NodeConfig } from '../model/node-config.ts'
import { consoleArgs } from '../stamp/console-args.ts'
import type { ConsolePort } from '../stamp/layout.ts'
import { KERNEL_ARGS } from './kernel-args.ts'
import { fillTemplate } from './template.ts'

// iPXE numbers the cards that it drives; machines with more boot from one of the first.
const IPXE_CARDS = 4

/**
 * The iPXE script that gives every machine of a cluster its own stamp, by MAC address or DMI serial
 * number.
 */
export function bootScript(
  template: string,
  cluster: string,
  nodes: readonly NodeConfig[],
  console: ConsolePort,
): string {
  const select = nodes.flatMap(node =>
    marksOf(node).map(mark => `${mark} && set node ${node.node.name} && goto boot ||`),
  )
  return fillTemplate(template, {
    cluster,
    select: select.join('\n'),
    items: nodes.map(({ node }) => `item ${node.name} ${node.name}`).join('\n'),
    console_args: consoleArgs(console),
    kernel_args: KERNEL_ARGS,
  })
}

/** The dnsmasq snippet that answers the machines of a cluster alone. */
export function dnsmasqConfig(
  template: string,
  cluster: string,
  nodes: readonly NodeConfig[],
): string {
  const hosts = nodes.flatMap(node => {
    const macs = macsOf(node)
    if (macs.length === 0) return [`# ${node.node.name}: the cluster file gives no MAC address`]
    return [`dhcp-host=${macs.join(',')},set:director,${node.node.name}`]
  })
  return fillTemplate(template, { cluster, hosts: hosts.join('\n') })
}

function marksOf(node: NodeConfig): readonly string[] {
  const { dmi_serial } = node.node
  const byMac = macsOf(node).flatMap(mac =>
    Array.from({ length: IPXE_CARDS }, (_, card) => `iseq \${net${card}/mac} ${mac}`),
  )
  // Words are all that iPXE compares.
  const isWord = dmi_serial !== undefined && !dmi_serial.includes(' ')
  return isWord ? [...byMac, `isset \${serial} && iseq \${serial} ${dmi_serial}`] : byMac
}

function macsOf(node: NodeConfig): readonly string[] {
  return node.interfaces.flatMap(({ match }) => ('mac' in match ? [match.mac] : []))
}
