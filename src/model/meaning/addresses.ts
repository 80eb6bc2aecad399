import {
  type Address,
  bitsOf,
  contains,
  formatAddress,
  formatPrefix,
  isHostAddress,
  isUnicast,
  networkOf,
  type Prefix,
} from '../ip.ts'
import type { DocumentPath } from '../yaml/offsets.ts'
import type { Finding, Subject } from './finding.ts'
import {
  addressOf,
  describeSubnets,
  entryOf,
  isLocalToLink,
  type Link,
  prefixOf,
  shareSubnet,
} from './networks.ts'

/** Every address can be one, belongs to one owner, and lies in one subnet of a node. */
export function* checkAddresses(subject: Subject): Iterable<Finding> {
  const owners = new Map<Address, string>()
  const places = new Map<string, string>()
  for (const own of ownAddresses(subject)) {
    const { address, length, owner, path } = own
    yield* checkUsable({ address, length }, path)
    // A link-local address of IPv6 is one only on its link.
    const place = isLocalToLink(address) ? `${address} ${own.interface}` : address
    const other = places.get(place)
    places.set(place, owner)
    owners.set(address, owner)
    if (other !== undefined && other !== own.mayShareWith) {
      yield duplicate(address, other, owner, path)
    }
  }
  yield* checkRealServers(subject, owners)
  yield* checkSubnets(subject)
}

interface Owned extends Prefix {
  readonly owner: string
  readonly interface: string
  /** The node that owns the VIPs may have them among its own addresses. */
  readonly mayShareWith?: string
  readonly path: DocumentPath
}

function* ownAddresses({ spec, networks }: Subject): Iterable<Owned> {
  for (const [index, node] of spec.nodes.entries()) {
    for (const [name, { addresses }] of Object.entries(node.interfaces)) {
      for (const [at, text] of addresses.entries()) {
        const path: DocumentPath = ['nodes', index, 'interfaces', name, 'addresses', at]
        yield { ...prefixOf(text), owner: ownerName(name, node.name), interface: name, path }
      }
    }
  }
  for (const { prefix, instance, interface: link, path } of networks.vips) {
    const node = entryOf(spec.vrrp.instances, instance)?.owner
    const own = { ...prefix, owner: `the VRRP instance ${instance}`, interface: link, path }
    yield node === undefined ? own : { ...own, mayShareWith: ownerName(link, node) }
  }
}

const ownerName = (link: string, node: string) => `${link} of ${node}`

function* checkUsable(prefix: Prefix, path: DocumentPath): Iterable<Finding> {
  const found = whyUnusable(prefix)
  if (found === undefined) return
  yield {
    code: 'address_unusable',
    path,
    message: `${formatAddress(prefix.address)} cannot be the address of a host`,
    expected: 'a unicast address between the first and the last of its subnet',
    found,
  }
}

function whyUnusable(prefix: Prefix): string | undefined {
  if (!isUnicast(prefix.address)) return 'an address that is not unicast, or loopback'
  if (isHostAddress(prefix)) return undefined
  return prefix.address === networkOf(prefix)
    ? `the network address of ${formatPrefix(prefix)}`
    : `the broadcast address of ${formatPrefix({ ...prefix, address: networkOf(prefix) })}`
}

function* checkRealServers(
  { spec, networks }: Subject,
  owners: ReadonlyMap<Address, string>,
): Iterable<Finding> {
  const subnets = networks.nodes.flatMap(({ links }) => links.flatMap(link => link.addresses))
  for (const [index, service] of spec.services.entries()) {
    for (const [at, server] of service.real_servers.entries()) {
      const path: DocumentPath = ['services', index, 'real_servers', at, 'address']
      const address = addressOf(server.address)
      const subnet = subnets.find(own => contains(own, address))
      yield* checkUsable({ address, length: subnet?.length ?? bitsOf(address) }, path)
      const other = owners.get(address)
      if (other !== undefined) {
        yield duplicate(address, other, `a real server of ${service.name}`, path)
      }
    }
  }
}

function duplicate(address: Address, other: string, owner: string, path: DocumentPath): Finding {
  return {
    code: 'duplicate_address',
    path,
    message: `the address ${formatAddress(address)} is used twice`,
    expected: 'one owner for each address',
    found: `${other} and ${owner}`,
  }
}

function* checkSubnets({ networks }: Subject): Iterable<Finding> {
  const [first] = networks.nodes
  for (const [index, { name, links, strays }] of networks.nodes.entries()) {
    const pathOf = (link: Link): DocumentPath => [
      ...['nodes', index, 'interfaces', link.interface, 'addresses'],
    ]
    for (const [at, link] of links.entries()) {
      const other = links.slice(0, at).find(earlier => shareSubnet(earlier, link))
      if (other === undefined) continue
      const [one, two] = [other, link].map(each => `${describeSubnets(each)} on ${each.interface}`)
      yield {
        code: 'overlapping_subnets',
        path: pathOf(link),
        message: `two interfaces of ${name} are in the same subnet`,
        expected: 'a subnet of its own for each interface',
        found: `${one}; ${two}`,
      }
    }
    for (const link of strays) {
      const peer = first?.links.find(each => each.interface === link.interface)
      yield {
        code: 'nodes_in_different_subnets',
        path: pathOf(link),
        message: `the two nodes have no common subnet on ${link.interface}`,
        expected: `an address in ${peer === undefined ? 'the same subnet' : describeSubnets(peer)}`,
        found: describeSubnets(link),
      }
    }
  }
}
