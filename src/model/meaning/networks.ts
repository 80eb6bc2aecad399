import type { ClusterSpec, NodeSpec } from '../cluster-spec.ts'
import {
  contains,
  formatPrefix,
  networkOf,
  overlaps,
  type Prefix,
  parseIpv4,
  parsePrefix,
} from '../ipv4.ts'
import type { DocumentPath } from '../yaml/offsets.ts'

/** The addresses of a cluster file as numbers, and where each node would send a packet. */
export interface Networks {
  /** In the order of the file. */
  readonly nodes: readonly NodeNetworks[]
  readonly vips: readonly Vip[]
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
    vips: Object.entries(spec.vrrp.instances).flatMap(([instance, own]) =>
      own.addresses.map((text, index) => ({
        prefix: prefixOf(text),
        instance,
        interface: own.interface,
        path: ['vrrp', 'instances', instance, 'addresses', index],
      })),
    ),
  }
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

/** Whether two interfaces are in one subnet. */
export function shareSubnet(left: Link, right: Link): boolean {
  return left.addresses.some(one => right.addresses.some(other => overlaps(one, other)))
}

function routesOf(spec: ClusterSpec, links: readonly Link[]): readonly Route[] {
  return links
    .flatMap(link =>
      (spec.interfaces[link.interface]?.routes ?? []).map(({ to }) => ({
        destination: to === 'default' ? { address: 0, length: 0 } : prefixOf(to),
        link,
      })),
    )
    .toSorted((left, right) => right.destination.length - left.destination.length)
}

/** The way to an address: its own subnet before any route, a longer route before a shorter. */
export function egressOf(node: NodeNetworks, address: number): Egress | undefined {
  for (const link of node.links) {
    if (subnetOf(link, address) !== undefined) return { link, isOnLink: true }
  }
  const route = node.routes.find(({ destination }) => contains(destination, address))
  return route === undefined ? undefined : { link: route.link, isOnLink: false }
}

/** The address of the link in whose subnet an address lies. */
export function subnetOf(link: Link, address: number): Prefix | undefined {
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
  return parsePrefix(text) ?? { address: 0, length: 0 }
}

/** An address whose syntax the shape has checked. */
export function addressOf(text: string): number {
  return parseIpv4(text) ?? 0
}

/** An own entry of a mapping, never one that every object has. */
export function entryOf<Value>(
  mapping: Readonly<Record<string, Value>>,
  key: string,
): Value | undefined {
  return Object.hasOwn(mapping, key) ? mapping[key] : undefined
}
