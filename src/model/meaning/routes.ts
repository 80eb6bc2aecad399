import { familyOf, formatPrefix, networkOf } from '../ip.ts'
import type { DocumentPath } from '../yaml/offsets.ts'
import type { Finding, Subject } from './finding.ts'
import {
  addressOf,
  describeSubnets,
  destinationOf,
  isLocalToLink,
  prefixOf,
  subnetOf,
} from './networks.ts'

/** Each route has one gateway that is a neighbour and not ourselves. */
export function* checkRoutes(subject: Subject): Iterable<Finding> {
  const seen = new Map<string, string>()
  for (const [name, { routes }] of Object.entries(subject.spec.interfaces)) {
    for (const [index, { to, via }] of routes.entries()) {
      const path: DocumentPath = ['interfaces', name, 'routes', index]
      const prefix = destinationOf(to, via)
      if (prefix.address !== networkOf(prefix)) {
        yield {
          code: 'route_has_host_bits',
          path: [...path, 'to'],
          message: 'the destination of a route is an address within a network, not the network',
          expected: formatPrefix({ ...prefix, address: networkOf(prefix) }),
          found: to,
        }
      }
      if (familyOf(prefix.address) !== familyOf(addressOf(via))) {
        yield {
          code: 'gateway_of_other_family',
          path: [...path, 'via'],
          message: 'the gateway of a route is of another family than its destination',
          expected: `an IPv${familyOf(prefix.address)} address`,
          found: via,
        }
        continue
      }
      const key = formatPrefix(prefix)
      const other = seen.get(key)
      if (other === undefined) seen.set(key, name)
      else {
        yield {
          code: 'duplicate_route',
          path: [...path, 'to'],
          message: `there are two routes to ${to}`,
          expected: 'one route to each network',
          found: other === name ? `both on ${name}` : `one on ${other}, one on ${name}`,
        }
      }
      yield* checkGateway(subject, name, via, [...path, 'via'])
    }
  }
}

/** A gateway is a neighbour on the interface, and not ourselves. */
export function* checkGateway(
  { spec, networks }: Subject,
  name: string,
  via: string,
  path: DocumentPath,
): Iterable<Finding> {
  const address = addressOf(via)
  if (isLocalToLink(address)) return
  const owner = [
    ...networks.vips.map(({ prefix, instance }) => [prefix.address, `a VIP of ${instance}`]),
    ...spec.nodes.flatMap(node =>
      Object.values(node.interfaces).flatMap(own =>
        own.addresses.map(text => [prefixOf(text).address, `an address of ${node.name}`]),
      ),
    ),
  ].find(([own]) => own === address)
  if (owner !== undefined) {
    yield {
      code: 'gateway_is_director',
      path,
      message: 'the gateway of a route is the director itself',
      expected: 'the address of a router in the subnet',
      found: `${via}, ${owner[1]}`,
    }
    return
  }
  for (const node of networks.nodes) {
    const link = node.links.find(one => one.interface === name)
    if (link === undefined || node.strays.includes(link)) continue
    if (subnetOf(link, address) !== undefined) continue
    yield {
      code: 'gateway_not_on_link',
      path,
      message: `the gateway ${via} is not in a subnet of ${name}`,
      expected: `an address in ${describeSubnets(link)}, the subnet of ${name} on ${node.name}`,
      found: via,
    }
    return
  }
}
