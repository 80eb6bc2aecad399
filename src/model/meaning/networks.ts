import type { ClusterSpec, InstanceSpec, NodeSpec } from '../cluster-spec.ts'
import {
  type Address,
  contains,
  EVERYTHING,
  familyOf,
  formatPrefix,
  isLinkLocal,
  networkOf,
  overlaps,
  type Prefix,
  parseAddress,
  parsePrefix,
} from '../ip.ts'
import type { DocumentPath } from '../yaml/offsets.ts'

/** The addresses of a cluster file as digits, and where each node would send a packet. */
export interface Networks {
  /** In the order of the file. */
  readonly nodes: readonly NodeNetworks[]
  readonly vips: readonly Vip[]
  /** Whose addresses a service may have too. */
  readonly blocks: readonly Vip[]
}

export interface NodeNetworks {
  readonly name: string
  readonly links: readonly Link[]
  readonly routes: readonly Route[]
  /** Interfaces on which the node has no subnet in common with the first node. */
  readonly strays: readonly Link[]
}

/** An interface of a node with the node's own addresses. */
export interface Link {
  readonly interface: string
  readonly role: 'front' | 'back' | 'management'
  readonly addresses: readonly Prefix[]
}

interface Route {
  readonly destination: Prefix
  readonly link: Link
}

export interface Vip {
  readonly prefix: Prefix
  readonly instance: string
  readonly interface: string
  readonly path: DocumentPath
}

/** How a node reaches an address. */
export interface Egress {
  readonly link: Link
  /** In a subnet of the link itself, without a gateway. */
  readonly isOnLink: boolean
}

/** The networks of a cluster file whose shape is right. */
export function networksOf(spec: ClusterSpec): Networks {
  const allLinks = spec.nodes.map(node => linksOf(spec, node))
  return {
    nodes: spec.nodes.map(({ name }, index) => {
      const links = allLinks[index] ?? []
      const strays = links.filter(link => isStray(link, allLinks[0] ?? []))
      return { name, links, strays, routes: routesOf(spec, links) }
    }),
    vips: prefixesOf(spec, ['addresses', 'more_addresses']),
    blocks: prefixesOf(spec, ['blocks']),
  }
}

function prefixesOf(
  spec: ClusterSpec,
  keys: readonly ('addresses' | 'more_addresses' | 'blocks')[],
): readonly Vip[] {
  return Object.entries(spec.vrrp.instances).flatMap(([instance, own]) =>
    keys.flatMap(key =>
      own[key].map((text, index) => ({
        prefix: prefixOf(text),
        instance,
        interface: own.interface,
        path: ['vrrp', 'instances', instance, key, index],
      })),
    ),
  )
}

/** The VIP that an address is, or the block that it is in. */
export function vipAt({ vips, blocks }: Networks, address: Address): Vip | undefined {
  return (
    vips.find(({ prefix }) => prefix.address === address) ??
    blocks.find(({ prefix }) => contains(prefix, address))
  )
}

function linksOf(spec: ClusterSpec, node: NodeSpec): readonly Link[] {
  return Object.entries(node.interfaces).flatMap(([name, own]) => {
    const role = entryOf(spec.interfaces, name)?.role
    const addresses = own.addresses.map(prefixOf)
    return role === undefined ? [] : { interface: name, role, addresses }
  })
}

// The management interfaces of two sites may well be in two subnets; those of the pair may not.
function isStray(link: Link, firstLinks: readonly Link[]): boolean {
  const peer = firstLinks.find(first => first.interface === link.interface)
  return link.role !== 'management' && peer !== undefined && !shareSubnet(peer, link)
}

/** Whether two interfaces are in one subnet; fe80::/64 is on every link. */
export function shareSubnet(left: Link, right: Link): boolean {
  return left.addresses.some(
    one => !isLocalToLink(one.address) && right.addresses.some(other => overlaps(one, other)),
  )
}

/** An IPv6 address that means something only on its own link. */
export const isLocalToLink = (address: Address) => familyOf(address) === 6 && isLinkLocal(address)

function routesOf(spec: ClusterSpec, links: readonly Link[]): readonly Route[] {
  return links
    .flatMap(link =>
      (spec.interfaces[link.interface]?.routes ?? []).map(({ to, via }) => ({
        destination: destinationOf(to, via),
        link,
      })),
    )
    .toSorted((left, right) => right.destination.length - left.destination.length)
}

/** The network that a route leads to; `default` is that of the gateway's family. */
export function destinationOf(to: string, via: string): Prefix {
  if (to !== 'default') return prefixOf(to)
  const family = familyOf(addressOf(via))
  return EVERYTHING.find(({ address }) => familyOf(address) === family) ?? prefixOf(to)
}

/** The way to an address: its own subnet before any route, a longer route before a shorter. */
export function egressOf(node: NodeNetworks, address: Address): Egress | undefined {
  for (const link of node.links) {
    if (subnetOf(link, address) !== undefined) return { link, isOnLink: true }
  }
  const route = node.routes.find(({ destination }) => contains(destination, address))
  return route === undefined ? undefined : { link: route.link, isOnLink: false }
}

/** The address of the link in whose subnet an address lies. */
export function subnetOf(link: Link, address: Address): Prefix | undefined {
  return link.addresses.find(own => contains(own, address))
}

/** The subnets of a link as text, for problems. */
export function describeSubnets(link: Link): string {
  return link.addresses
    .map(own => formatPrefix({ address: networkOf(own), length: own.length }))
    .join(', ')
}

/** A prefix whose syntax the shape has checked. */
export function prefixOf(text: string): Prefix {
  return parsePrefix(text) ?? { address: '0'.repeat(8), length: 0 }
}

/** An address whose syntax the shape has checked. */
export function addressOf(text: string): Address {
  return parseAddress(text) ?? '0'.repeat(8)
}

/** An own entry of a mapping, never one that every object has. */
export function entryOf<Value>(
  mapping: Readonly<Record<string, Value>>,
  key: string,
): Value | undefined {
  return Object.hasOwn(mapping, key) ? mapping[key] : undefined
}

/** The family of an instance, by its first VIP. */
export const familyOfInstance = ({ addresses }: Pick<InstanceSpec, 'addresses'>): 4 | 6 =>
  familyOf(prefixOf(addresses[0] ?? '').address)

/** A node's addresses of a family on an interface, the link-local ones of IPv6 alone. */
export function advertSources(
  node: NodeSpec,
  { interface: link, addresses }: Pick<InstanceSpec, 'interface' | 'addresses'>,
): readonly Address[] {
  const family = familyOfInstance({ addresses })
  const vips = addresses.map(text => prefixOf(text).address)
  return (entryOf(node.interfaces, link)?.addresses ?? [])
    .map(text => prefixOf(text).address)
    .filter(address => familyOf(address) === family && !vips.includes(address))
    .filter(address => family === 4 || isLocalToLink(address))
}

/**
 * Where a node's adverts come from, as far as the cluster file tells: of IPv6 the link-local
 * address that stands there, or what the kernel makes of the MAC address. Undefined: not known.
 */
export function advertSource(
  node: NodeSpec,
  instance: Pick<InstanceSpec, 'interface' | 'addresses'>,
): Address | undefined {
  const [named] = advertSources(node, instance)
  if (named !== undefined || familyOfInstance(instance) === 4) return named
  const match = entryOf(node.interfaces, instance.interface)?.match
  return match !== undefined && 'mac' in match ? linkLocalOf(match.mac) : undefined
}

// RFC 4291 appendix A: fe80::/64, and the MAC address with ff:fe in the middle and a bit turned.
function linkLocalOf(mac: string): Address {
  const digits = mac.toLowerCase().split(':').join('')
  const first = (Number.parseInt(digits.slice(0, 2), 16) ^ 2).toString(16).padStart(2, '0')
  return `fe80${'0'.repeat(12)}${first}${digits.slice(2, 6)}fffe${digits.slice(6)}`
}
