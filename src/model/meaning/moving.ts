import type { InstanceSpec, MovingRouteSpec, MovingRuleSpec } from '../cluster-spec.ts'
import { familyOf, formatPrefix, networkOf, overlaps, type Prefix } from '../ip.ts'
import type { DocumentPath } from '../yaml/offsets.ts'
import type { Finding, Subject } from './finding.ts'
import { addressOf, describeSubnets, familyOfInstance, prefixOf } from './networks.ts'
import { checkGateway } from './routes.ts'

/** RT_TABLE_DEFAULT, MAIN and LOCAL in include/uapi/linux/rtnetlink.h. */
const TABLE_MAIN = 254
const TABLES_OF_THE_KERNEL: Readonly<Record<number, string>> = { 253: 'default', 255: 'local' }

/** What follows ownership: blocks, routes and rules are whole, once, and of the family. */
export function* checkMoving(subject: Subject): Iterable<Finding> {
  const seen = new Map<string, string>()
  for (const [name, { routes }] of Object.entries(subject.spec.interfaces)) {
    for (const { to, via } of routes) {
      const family = to === 'default' ? familyOf(addressOf(via)) : familyOf(prefixOf(to).address)
      seen.set(`${TABLE_MAIN} ${formatPrefix(movingDestination(to, family))}`, name)
    }
  }
  for (const [name, instance] of Object.entries(subject.spec.vrrp.instances)) {
    const path: DocumentPath = ['vrrp', 'instances', name]
    for (const [index, text] of instance.blocks.entries()) {
      yield* checkBlock(subject, name, instance, text, [...path, 'blocks', index])
    }
    for (const [index, route] of instance.routes.entries()) {
      yield* checkRoute(subject, instance, route, [...path, 'routes', index], name, seen)
    }
    for (const [index, rule] of instance.rules.entries()) {
      yield* checkRule(instance, rule, [...path, 'rules', index], name, seen)
    }
  }
}

/** The network that a route leads to. */
export const movingDestination = (to: string, family: 4 | 6): Prefix =>
  to === 'default' ? { address: '0'.repeat(family === 4 ? 8 : 32), length: 0 } : prefixOf(to)

function* checkBlock(
  { networks }: Subject,
  name: string,
  instance: InstanceSpec,
  text: string,
  path: DocumentPath,
): Iterable<Finding> {
  yield* checkNetwork(instance, text, path)
  const block = prefixOf(text)
  const at = networks.blocks.findIndex(({ path: own }) => own.join() === path.join())
  const other = networks.blocks.slice(0, at).find(({ prefix }) => overlaps(prefix, block))
  const [link] = networks.nodes.flatMap(({ links }) =>
    links.filter(({ addresses }) => addresses.some(own => overlaps(own, block))),
  )
  if (other === undefined && link === undefined) return
  yield {
    code: 'block_overlaps',
    path,
    message: `the block ${text} of ${name} is in use elsewhere`,
    expected: 'a network that the routers send to the first VIP, and that is on no link',
    found:
      other === undefined
        ? `${link === undefined ? '' : describeSubnets(link)}, on ${link?.interface}`
        : `${formatPrefix(other.prefix)}, a block of ${other.instance}`,
  }
}

/** A network of the instance's family, without host bits. */
function* checkNetwork(
  instance: InstanceSpec,
  text: string,
  path: DocumentPath,
): Iterable<Finding> {
  const prefix = prefixOf(text)
  const family = familyOfInstance(instance)
  if (familyOf(prefix.address) !== family) {
    yield {
      code: 'mixed_families',
      path,
      message: 'what follows an instance is of its family',
      expected: `an IPv${family} network, as its first VIP is`,
      found: text,
    }
  } else if (prefix.address !== networkOf(prefix)) {
    yield {
      code: 'route_has_host_bits',
      path,
      message: 'this is an address within a network, not the network',
      expected: formatPrefix({ ...prefix, address: networkOf(prefix) }),
      found: text,
    }
  }
}

function* checkRoute(
  subject: Subject,
  instance: InstanceSpec,
  { to, via, table, source }: MovingRouteSpec,
  path: DocumentPath,
  name: string,
  seen: Map<string, string>,
): Iterable<Finding> {
  const family = familyOfInstance(instance)
  if (to !== 'default') yield* checkNetwork(instance, to, [...path, 'to'])
  yield* checkTable(table, [...path, 'table'])
  if (via !== undefined) {
    if (familyOf(addressOf(via)) === family) {
      yield* checkGateway(subject, instance.interface, via, [...path, 'via'])
    } else {
      yield {
        code: 'gateway_of_other_family',
        path: [...path, 'via'],
        message: 'the gateway of a route is of another family than its destination',
        expected: `an IPv${family} address`,
        found: via,
      }
    }
  }
  if (source !== undefined) yield* checkSource(instance, source, [...path, 'source'])
  const key = `${table} ${formatPrefix(movingDestination(to, family))}`
  yield* checkTwice(seen, key, name, {
    code: 'duplicate_route',
    path: [...path, 'to'],
    message: `there are two routes to ${to} in table ${table}`,
    expected: 'one route to each network in a table',
  })
}

function* checkSource(
  { addresses, more_addresses }: InstanceSpec,
  source: string,
  path: DocumentPath,
): Iterable<Finding> {
  const vips = [...addresses, ...more_addresses].map(text => prefixOf(text).address)
  if (vips.includes(addressOf(source))) return
  yield {
    code: 'source_not_vip',
    path,
    message: 'the source of a route is no VIP of its instance',
    expected: `one of its VIPs, such as ${addresses[0]?.split('/')[0] ?? 'the first'}`,
    found: source,
  }
}

function* checkRule(
  instance: InstanceSpec,
  { from, to, table, preference }: MovingRuleSpec,
  path: DocumentPath,
  name: string,
  seen: Map<string, string>,
): Iterable<Finding> {
  if (from === undefined && to === undefined) {
    yield {
      code: 'rule_of_everything',
      path,
      message: 'this rule would send every packet of the node to another table',
      expected: 'from, to or both',
      remedy: `for example from: ${instance.addresses[0]?.split('/')[0] ?? 'VIP'}/32`,
    }
  }
  if (from !== undefined) yield* checkNetwork(instance, from, [...path, 'from'])
  if (to !== undefined) yield* checkNetwork(instance, to, [...path, 'to'])
  yield* checkTable(table, [...path, 'table'])
  const key = `rule ${familyOfInstance(instance)} ${from ?? ''} ${to ?? ''} ${preference}`
  yield* checkTwice(seen, key, name, {
    code: 'duplicate_rule',
    path,
    message: 'there are two rules for the same packets with the same preference',
    expected: 'one rule for the same packets, or another preference',
  })
}

function* checkTable(table: number, path: DocumentPath): Iterable<Finding> {
  const kernel = TABLES_OF_THE_KERNEL[table]
  if (kernel === undefined) return
  yield {
    code: 'table_reserved',
    path,
    message: `table ${table} belongs to the kernel`,
    expected: 'a number from 1 to 252, or above 255; 254 is the main table',
    found: `${table}, the table ${kernel}`,
  }
}

function* checkTwice(
  seen: Map<string, string>,
  key: string,
  name: string,
  finding: Finding,
): Iterable<Finding> {
  const other = seen.get(key)
  seen.set(key, name)
  if (other === undefined) return
  yield {
    ...finding,
    found: other === name ? `both of ${name}` : `one of ${other}, one of ${name}`,
  }
}
