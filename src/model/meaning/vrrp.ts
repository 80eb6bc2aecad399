import { bitsOf, formatAddress } from '../ip.ts'
import type { DocumentPath } from '../yaml/offsets.ts'
import type { Finding, Subject } from './finding.ts'
import {
  describeSubnets,
  entryOf,
  familyOfInstance,
  isLocalToLink,
  type Link,
  subnetOf,
  type Vip,
} from './networks.ts'

// IP header, VRRP header, version 2's authentication data; then so many bytes an address.
const ADVERT_BYTES = { 4: 20 + 8 + 8, 6: 40 + 8 } as const
const ADDRESS_BYTES = { 4: 4, 6: 16 } as const
// Ethernet's, where the file does not say another one.
const MTU_BYTES = 1500

/** Instances can work where they are, and both nodes can tell who is first. */
export function* checkVrrp(subject: Subject): Iterable<Finding> {
  const { spec, networks } = subject
  yield* checkVrids(subject)
  for (const [name, instance] of Object.entries(spec.vrrp.instances)) {
    const path: DocumentPath = ['vrrp', 'instances', name]
    const own = entryOf(spec.interfaces, instance.interface)
    if (own?.role === 'management') {
      yield {
        code: 'vrrp_on_management',
        path: [...path, 'interface'],
        message: 'a VRRP instance is on a management interface',
        expected: 'an interface with role front or back',
        found: `${instance.interface}, role management`,
      }
    }
    const family = familyOfInstance(instance)
    const bytes = ADVERT_BYTES[family] + ADDRESS_BYTES[family] * instance.addresses.length
    const mtu = own?.mtu ?? MTU_BYTES
    if (bytes > mtu) {
      yield {
        code: 'advert_too_large',
        path: [...path, 'addresses'],
        message: 'an advert with so many VIPs does not fit into a packet',
        expected: `at most ${Math.floor((mtu - ADVERT_BYTES[family]) / ADDRESS_BYTES[family])} VIPs with an MTU of ${mtu} bytes`,
        found: `${instance.addresses.length} VIPs`,
        remedy: 'divide the VIPs over two instances of one group',
      }
    }
  }
  for (const vip of networks.vips) {
    if (!isLocalToLink(vip.prefix.address)) yield* checkVip(subject, vip)
  }
  yield* checkPriorities(subject)
}

function* checkVrids({ spec }: Subject): Iterable<Finding> {
  const seen = new Map<string, string>()
  for (const [name, instance] of Object.entries(spec.vrrp.instances)) {
    const { interface: link, vrid } = instance
    // The two families have virtual routers of their own (RFC 9568 section 5.2.3).
    const key = `${link} ${vrid} ${familyOfInstance(instance)}`
    const other = seen.get(key)
    if (other === undefined) seen.set(key, name)
    else {
      yield {
        code: 'vrid_twice',
        path: ['vrrp', 'instances', name, 'vrid'],
        message: `two instances on ${link} have the same virtual router id`,
        expected: `another id than ${vrid}, from 1 to 255`,
        found: `${vrid} for ${other} and for ${name}`,
      }
    }
  }
}

// One finding a VIP: the second node mostly fails for the same reason as the first.
function* checkVip({ networks }: Subject, vip: Vip): Iterable<Finding> {
  for (const { name, links, strays } of networks.nodes) {
    const link = links.find(one => one.interface === vip.interface)
    if (link === undefined || link.role === 'management' || strays.includes(link)) continue
    const finding = vipOnLink(vip, link, name)
    if (finding !== undefined) {
      yield finding
      return
    }
  }
}

function vipOnLink(vip: Vip, link: Link, node: string): Finding | undefined {
  const { address, length } = vip.prefix
  const subnet = subnetOf(link, address)
  if (subnet === undefined) {
    return {
      code: 'vip_outside_subnet',
      path: vip.path,
      message: `the VIP ${formatAddress(address)} is outside the subnet of its interface`,
      expected: `an address in ${describeSubnets(link)}, the subnet of ${link.interface} on ${node}`,
      found: formatAddress(address),
    }
  }
  const one = bitsOf(address)
  if (length === subnet.length || length === one) return undefined
  return {
    code: 'vip_prefix',
    path: vip.path,
    message: `the VIP ${formatAddress(address)} has another prefix length than its subnet`,
    expected: `/${subnet.length}, as ${link.interface} has on ${node}, or /${one}`,
    found: `/${length}`,
  }
}

function* checkPriorities({ spec }: Subject): Iterable<Finding> {
  const [first, second] = spec.nodes
  if (first === undefined || second === undefined) return
  for (const group of Object.keys(spec.vrrp.groups)) {
    const own = entryOf(second.priorities, group)
    const priority = entryOf(first.priorities, group) ?? first.priority
    if (priority !== (own ?? second.priority)) continue
    yield {
      code: 'equal_priority',
      severity: 'warning',
      path: ['nodes', 1, ...(own === undefined ? ['priority'] : ['priorities', group])],
      message: `both nodes have the same priority in the group ${group}`,
      expected: 'different priorities, so that you know which node is active after a cold start',
      found: `${priority} for ${first.name} and for ${second.name}`,
      remedy: 'for example 200 and 100; with equal ones the higher address wins',
    }
  }
}
