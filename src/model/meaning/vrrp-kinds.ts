import type { InstanceSpec } from '../cluster-spec.ts'
import { familyOf, formatAddress } from '../ip.ts'
import { nearest } from '../nearest.ts'
import { quote } from '../quote.ts'
import type { DocumentPath } from '../yaml/offsets.ts'
import type { Finding, Subject } from './finding.ts'
import { advertSources, entryOf, familyOfInstance, isLocalToLink, prefixOf } from './networks.ts'

/** What an instance asks of VRRP can be had together: family, version, unicast, owner. */
export function* checkVrrpKinds(subject: Subject): Iterable<Finding> {
  for (const [name, instance] of Object.entries(subject.spec.vrrp.instances)) {
    const path: DocumentPath = ['vrrp', 'instances', name]
    yield* checkFamily(instance, path)
    yield* checkVersion(instance, path)
    if (instance.unicast) yield* checkUnicast(subject, instance, path)
    yield* checkOwner(subject, instance, path)
  }
  yield* checkOwnersInGroups(subject)
  yield* checkPriorityNames(subject)
}

function* checkFamily(instance: InstanceSpec, path: DocumentPath): Iterable<Finding> {
  const { addresses } = instance
  const family = familyOfInstance(instance)
  const all = (['addresses', 'more_addresses'] as const).flatMap(key =>
    instance[key].map((text, index) => ({ text, at: [...path, key, index] })),
  )
  for (const { text, at } of all) {
    const { address } = prefixOf(text)
    if (familyOf(address) === family) continue
    yield {
      code: 'mixed_families',
      path: at,
      message: 'an instance holds addresses of one family',
      expected: `an IPv${family} address, as the first one is`,
      found: text,
      remedy: 'make a second instance and put both into one group; they may share the VRID',
    }
    return
  }
  const [first = ''] = addresses
  // RFC 9568 section 5.2.9.
  if (family === 4 || isLocalToLink(prefixOf(first).address)) return
  yield {
    code: 'first_vip_not_link_local',
    path: [...path, 'addresses', 0],
    message: 'the first VIP of an IPv6 instance is not link-local',
    expected: 'an address in fe80::/64, such as fe80::100/64',
    found: first,
    remedy: 'put a link-local VIP first; it is what hosts use as their gateway',
  }
}

function* checkVersion(instance: InstanceSpec, path: DocumentPath): Iterable<Finding> {
  const { version, checksum, advert_interval_ms } = instance
  const family = familyOfInstance(instance)
  if (version === 2 && family === 6) {
    yield {
      code: 'version_2_is_ipv4',
      path: [...path, 'version'],
      message: 'VRRP version 2 knows no IPv6',
      expected: '3',
      found: '2',
    }
  }
  if (version === 2 && advert_interval_ms % 1000 !== 0) {
    yield {
      code: 'version_2_interval',
      path,
      at: 'key',
      message: 'VRRP version 2 counts the advert interval in whole seconds',
      expected: 'advert_interval_ms: 1000 or a multiple of it',
      found: `${advert_interval_ms} ms`,
    }
  }
  if (checksum === 'pseudo_header' && (version === 2 || family === 6)) {
    yield {
      code: 'checksum_has_no_choice',
      path: [...path, 'checksum'],
      message: 'only IPv4 with version 3 has two forms of the checksum',
      expected: 'no key checksum here',
      found: `${checksum} with ${family === 6 ? 'IPv6' : 'version 2'}`,
    }
  }
}

function* checkUnicast(
  { spec }: Subject,
  instance: InstanceSpec,
  path: DocumentPath,
): Iterable<Finding> {
  for (const node of spec.nodes) {
    if (advertSources(node, instance).length > 0) continue
    const kind = familyOfInstance(instance) === 4 ? 'an IPv4' : 'a link-local IPv6'
    yield {
      code: 'unicast_without_address',
      path: [...path, 'unicast'],
      message: 'unicast adverts need to know the address of the other node',
      expected: `${kind} address on ${instance.interface} of ${node.name}`,
      found: entryOf(node.interfaces, instance.interface)?.addresses.join(', ') ?? 'none',
    }
  }
}

function* checkOwner(
  { spec }: Subject,
  instance: InstanceSpec,
  path: DocumentPath,
): Iterable<Finding> {
  const { owner, interface: link, addresses } = instance
  if (owner === undefined) return
  const node = spec.nodes.find(({ name }) => name === owner)
  if (node === undefined) {
    const names = spec.nodes.map(({ name }) => name)
    const near = nearest(owner, names)
    yield {
      code: 'unknown_node',
      path: [...path, 'owner'],
      message: `there is no node ${owner}`,
      expected: `one of ${names.join(', ')}`,
      found: quote(owner),
      ...(near === undefined ? {} : { remedy: `did you mean ${near}?` }),
    }
    return
  }
  const vips = addresses.map(text => prefixOf(text).address)
  const own = (entryOf(node.interfaces, link)?.addresses ?? []).map(text => prefixOf(text).address)
  if (own.length === 0 || own.some(address => !vips.includes(address))) return
  yield {
    code: 'owner_without_address',
    path: [...path, 'owner'],
    message: `every address of ${owner} on ${link} is a VIP`,
    expected: 'one address more, which stays with the node: adverts are sent from it',
    found: own.map(formatAddress).join(', '),
  }
}

// What moves together cannot be owned by two, nor be owned in part.
function* checkOwnersInGroups({ spec }: Subject): Iterable<Finding> {
  for (const [group, { instances }] of Object.entries(spec.vrrp.groups)) {
    const owners = instances.map(name => entryOf(spec.vrrp.instances, name)?.owner ?? 'nobody')
    const isUnknown = owners.some(
      owner => owner !== 'nobody' && spec.nodes.every(({ name }) => name !== owner),
    )
    if (isUnknown || new Set(owners).size < 2) continue
    yield {
      code: 'owner_differs_in_group',
      path: ['vrrp', 'groups', group, 'instances'],
      message: `the instances of the group ${group} have different owners`,
      expected: 'the same owner for all of them, or none',
      found: instances.map((name, index) => `${name}: ${owners[index]}`).join(', '),
    }
  }
}

function* checkPriorityNames({ spec }: Subject): Iterable<Finding> {
  const known = Object.keys(spec.vrrp.groups)
  for (const [index, { priorities }] of spec.nodes.entries()) {
    for (const name of Object.keys(priorities)) {
      if (known.includes(name)) continue
      const near = nearest(name, known)
      yield {
        code: 'unknown_group',
        path: ['nodes', index, 'priorities', name],
        at: 'key',
        message: `there is no group ${name}`,
        expected: `one of ${known.join(', ')}`,
        found: quote(name),
        ...(near === undefined ? {} : { remedy: `did you mean ${near}?` }),
      }
    }
  }
}
