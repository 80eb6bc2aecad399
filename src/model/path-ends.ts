import { familyOf, isLinkLocal, parsePrefix } from './ip.ts'

/** What a path of the heartbeat can lie between, the best first. */
const KINDS = ['ipv4', 'ipv6', 'link_local'] as const
type Kind = (typeof KINDS)[number]

/**
 * The addresses that a path over an interface lies between: of the first kind of which both nodes
 * have one, each node's first. IPv4 comes before IPv6, a link-local address last.
 *
 * @param own the addresses of one node there, with prefix length, and `peer` those of the other
 * @param family the only one that may be taken; absent: either
 * @returns the two, without prefix length; undefined: there are none
 */
export function pathEnds(
  own: readonly string[],
  peer: readonly string[],
  family?: 'ipv4' | 'ipv6',
): readonly [string, string] | undefined {
  for (const kind of KINDS) {
    if (family !== undefined && (kind === 'ipv4') !== (family === 'ipv4')) continue
    const one = own.find(text => kindOf(text) === kind)
    const other = peer.find(text => kindOf(text) === kind)
    if (one !== undefined && other !== undefined) return [bare(one), bare(other)]
  }
  return undefined
}

function kindOf(text: string): Kind | undefined {
  const address = parsePrefix(text)?.address
  if (address === undefined) return undefined
  if (familyOf(address) === 4) return 'ipv4'
  return isLinkLocal(address) ? 'link_local' : 'ipv6'
}

const bare = (text: string) => text.slice(0, text.indexOf('/'))
