import { readFileSync } from 'node:fs'
import type { ServedNode } from './library.ts'

/** Which node a client is, as far as the server can tell. */
export type Client =
  | { readonly kind: 'node'; readonly node: string; readonly by: string }
  /** It is known, and it is none of the nodes. */
  | { readonly kind: 'stranger'; readonly by: string }
  | { readonly kind: 'unknown' }

/** What the server was told, and what it finds out by itself. */
export interface ClientRules {
  /** Node names by client address, as the operator gave them. */
  readonly given: ReadonlyMap<string, string>
  /** The MAC address behind an address on a segment of ours. */
  neighbour(address: string): string | undefined
}

/**
 * Tells which node a client is: by what the operator said, else by its MAC address, else, for one
 * that is behind a router, by its address being one that only this node has.
 */
export async function identify(
  address: string,
  nodesOf: () => Promise<readonly ServedNode[]>,
  { given, neighbour }: ClientRules,
): Promise<Client> {
  const said = given.get(address)
  if (said !== undefined) return { kind: 'node', node: said, by: '--client' }
  const [mac, nodes] = [neighbour(address), await nodesOf()]
  if (mac !== undefined) {
    const node = nodes.find(({ macs }) => macs.includes(mac))
    const by = `MAC ${mac}`
    return node === undefined ? { kind: 'stranger', by } : { kind: 'node', node: node.name, by }
  }
  const node = nodes.find(({ addresses }) => addresses.includes(address))
  if (node === undefined) return { kind: 'unknown' }
  return { kind: 'node', node: node.name, by: 'its address' }
}

// ATF_COM of include/uapi/linux/if_arp.h: the entry holds a MAC address that was answered.
const COMPLETE = 2

/** Looks an IPv4 address up in the kernel's neighbour table (proc_net(5), arp). */
export function neighbourOf(address: string): string | undefined {
  for (const line of neighbourTable().split('\n').slice(1)) {
    const [ip, , flags = '0', mac] = line.split(/\s+/)
    if (ip === address && (Number(flags) & COMPLETE) !== 0) return mac
  }
  return undefined
}

// It lies in memory: a thread would take longer to begin.
function neighbourTable(): string {
  try {
    return readFileSync('/proc/net/arp', 'utf8')
  } catch {
    return ''
  }
}

/** IPv4 that came in on a socket of IPv6 as the plain address that it is. */
export function plainAddress(address: string | undefined): string {
  return (address ?? '').replace(/^::ffff:(?=\d+\.)/i, '')
}
