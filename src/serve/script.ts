import type { ServedNode } from './library.ts'
import type { NodeName } from './route.ts'

/** The cluster's boot script, begun where the node is known. */
export function nodeScript(script: string, node: string): string {
  const [first = '', ...rest] = script.split('\n')
  return [first, `set node ${node}`, 'goto boot', ...rest].join('\n')
}

/** For a machine that no stamp is for: it says so, waits, and asks again. */
export function strangerScript(of: NodeName, nodes: readonly ServedNode[]): string {
  const name = 'mac' in of ? `MAC address ${of.mac}` : `name ${of.node}`
  return [
    '#!ipxe',
    `echo director: no node here has the ${name}`,
    ...nodes.map(({ name: node, macs }) => `echo director:   ${node} has ${macs.join(' ')}`),
    'echo director: next try in 30 s',
    'sleep 30',
    'chain --replace boot.ipxe',
    '',
  ].join('\n')
}

/** What the server offers, for a person who opens its root. */
export function indexText(nodes: readonly ServedNode[]): string {
  const clusters = [...new Set(nodes.map(({ cluster }) => cluster))].join(', ')
  return [
    `director: cluster ${clusters}`,
    '',
    'boot.ipxe              iPXE script; each machine finds its node by its MAC addresses',
    'mac/MAC/boot.ipxe      the same for the machine with this MAC address',
    'vmlinuz initramfs.zst  kernel and root file system',
    'base.iso               ISO image without a stamp',
    'manifest.json          what the build holds',
    '',
    'Each for the machine alone that is the node:',
    ...nodes.map(({ name }) => `  nodes/${name}.img  iso/${name}.iso`),
    '',
  ].join('\n')
}
