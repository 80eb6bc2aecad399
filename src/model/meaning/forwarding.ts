import type { ClusterSpec, ServiceSpec } from '../cluster-spec.ts'
import { type Address, familyOf, formatAddress } from '../ip.ts'
import type { DocumentPath } from '../yaml/offsets.ts'
import type { Finding, Subject } from './finding.ts'
import {
  addressOf,
  describeSubnets,
  type Egress,
  egressOf,
  type NodeNetworks,
  vipAt,
} from './networks.ts'

/** Packets reach the real servers, and for NAT the answers come back through the active node. */
export function* checkForwarding(subject: Subject): Iterable<Finding> {
  const { spec, networks } = subject
  const findEgress = rememberEgress()
  for (const [index, service] of spec.services.entries()) {
    const links = new Set<string>()
    for (const [at, server] of service.real_servers.entries()) {
      const path: DocumentPath = ['services', index, 'real_servers', at, 'address']
      const address = addressOf(server.address)
      for (const node of networks.nodes.filter(({ strays }) => strays.length === 0)) {
        const egress = findEgress(node, address)
        const finding = judge(service, node, address, egress, path)
        if (finding !== undefined) {
          yield finding
          break
        }
        if (egress !== undefined) links.add(egress.link.interface)
      }
    }
    if (service.forward === 'nat') yield* checkReturnPath(subject, service, index, links)
  }
}

// Thousands of services mostly share their real servers.
function rememberEgress() {
  const known = new Map<NodeNetworks, Map<Address, Egress | undefined>>()
  return (node: NodeNetworks, address: Address): Egress | undefined => {
    const ofNode = known.get(node) ?? new Map<Address, Egress | undefined>()
    known.set(node, ofNode)
    if (!ofNode.has(address)) ofNode.set(address, egressOf(node, address))
    return ofNode.get(address)
  }
}

function judge(
  service: ServiceSpec,
  node: NodeNetworks,
  address: Address,
  egress: Egress | undefined,
  path: DocumentPath,
): Finding | undefined {
  const found =
    egress === undefined
      ? `no route to ${formatAddress(address)} on ${node.name}`
      : `${formatAddress(address)}, which ${node.name} reaches ${egress.isOnLink ? 'on' : 'by a gateway on'} ${egress.link.interface}, role ${egress.link.role}`
  if (service.forward === 'nat' && egress?.link.role !== 'back') {
    return {
      code: 'nat_not_behind_back',
      path,
      message: `a real server of the NAT service ${service.name} is not behind a back interface`,
      expected: `an address in ${subnetsOf(node, 'back')}, or a route to it on a back interface`,
      found,
      remedy: 'NAT needs the answers to come back through the director; else use forward: dr',
    }
  }
  if (service.forward === 'dr' && (egress?.isOnLink !== true || isManagement(egress))) {
    return {
      code: 'dr_not_on_link',
      path,
      message: `a real server of the DR service ${service.name} is not a neighbour of the director`,
      expected: `an address in ${subnetsOf(node, 'front', 'back')}: direct routing changes only the MAC address`,
      found,
    }
  }
  return undefined
}

function isManagement(egress: Egress): boolean {
  return egress.link.role === 'management'
}

function subnetsOf(node: NodeNetworks, ...roles: readonly string[]): string {
  const links = node.links.filter(({ role }) => roles.includes(role))
  return links.length === 0
    ? `a subnet of an interface with role ${roles.join(' or ')}`
    : links.map(link => `${describeSubnets(link)} (${link.interface})`).join(', ')
}

function* checkReturnPath(
  { spec, networks }: Subject,
  service: ServiceSpec,
  index: number,
  links: ReadonlySet<string>,
): Iterable<Finding> {
  const vip = vipAt(networks, addressOf(service.address))
  const group = vip === undefined ? undefined : onlyGroupOf(spec, vip.instance)
  // What is no VIP, or in no group or two, is a finding of its own.
  if (vip === undefined || group === undefined) return
  for (const link of links) {
    const gateways = networks.vips.filter(
      one =>
        one.interface === link && familyOf(one.prefix.address) === familyOf(vip.prefix.address),
    )
    const groups = gateways.map(({ instance }) => onlyGroupOf(spec, instance))
    if (link === vip.interface) {
      yield onOneLink(service, index, link)
    } else if (gateways.length === 0) {
      yield {
        code: 'nat_without_gateway',
        severity: 'warning',
        path: ['services', index, 'real_servers'],
        message: `the real servers of ${service.name} have no gateway that moves with the service`,
        expected: `a VRRP instance on ${link}, whose VIP is the gateway of the real servers`,
        found: `no VIP on ${link}`,
      }
    } else if (groups.every(other => other !== undefined && other !== group)) {
      yield {
        code: 'nat_gateway_in_other_group',
        path: ['services', index, 'address'],
        message: `the VIP of ${service.name} and the gateway of its real servers can part`,
        expected: `an instance on ${link} in the group ${group}`,
        found: `on ${link} only the groups ${[...new Set(groups)].join(', ')}`,
        remedy: 'put both instances into one group, so that they are on the same node',
      }
    }
  }
}

function onOneLink(service: ServiceSpec, index: number, link: string): Finding {
  return {
    code: 'nat_on_one_link',
    severity: 'warning',
    path: ['services', index, 'address'],
    message: `the VIP of ${service.name} and its real servers are on the same interface`,
    expected: 'a VIP on another interface than that of the real servers',
    found: `both on ${link}`,
    remedy: 'clients of that subnet get answers that bypass the director; others are served',
  }
}

function onlyGroupOf(spec: ClusterSpec, instance: string): string | undefined {
  const [group, ...others] = Object.entries(spec.vrrp.groups)
    .filter(([, { instances }]) => instances.includes(instance))
    .map(([name]) => name)
  return others.length === 0 ? group : undefined
}
