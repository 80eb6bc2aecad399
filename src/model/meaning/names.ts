import { nearest } from '../nearest.ts'
import { quote } from '../quote.ts'
import type { DocumentPath } from '../yaml/offsets.ts'
import type { Finding, Subject } from './finding.ts'
import { entryOf } from './networks.ts'

/** Names are unique, and what they refer to is there. */
export function* checkNames(subject: Subject): Iterable<Finding> {
  const { spec } = subject
  yield* findTwice(spec.nodes, 'nodes', 'two nodes have the same name')
  yield* findTwice(spec.services, 'services', 'two services have the same name')
  yield* checkNodeNames(subject)
  yield* checkInterfaceNames(subject)
  yield* checkNodeInterfaces(subject)
  for (const [name, instance] of Object.entries(spec.vrrp.instances)) {
    if (entryOf(spec.interfaces, instance.interface) === undefined) {
      const path = ['vrrp', 'instances', name, 'interface']
      yield unknownName('interface', instance.interface, Object.keys(spec.interfaces), path)
    }
  }
  yield* checkGroups(subject)
}

function* findTwice(
  entries: readonly { readonly name: string }[],
  list: string,
  message: string,
): Iterable<Finding> {
  const first = new Map<string, number>()
  for (const [index, { name }] of entries.entries()) {
    const earlier = first.get(name)
    if (earlier === undefined) first.set(name, index)
    else {
      yield {
        code: 'duplicate_name',
        path: [list, index, 'name'],
        message,
        expected: 'a name of its own',
        found: `${quote(name)}, as ${list}[${earlier}] has`,
      }
    }
  }
}

// `iso/fleet.iso` is the image of all nodes, and `director serve --client ADDRESS=all` means all.
function* checkNodeNames({ spec }: Subject): Iterable<Finding> {
  for (const [index, { name }] of spec.nodes.entries()) {
    if (name !== 'fleet' && name !== 'all') continue
    yield {
      code: 'node_name_reserved',
      path: ['nodes', index, 'name'],
      message: 'the tool uses this name for all nodes together',
      expected: 'a name such as lb1',
      found: quote(name),
    }
  }
}

// The kernel has meanings of its own for these, and hands out ethN to a NIC nobody names.
function* checkInterfaceNames({ spec }: Subject): Iterable<Finding> {
  for (const name of Object.keys(spec.interfaces)) {
    if (!['lo', 'all', 'default'].includes(name) && !/^eth[0-9]+$/.test(name)) continue
    yield {
      code: 'interface_name_reserved',
      path: ['interfaces', name],
      at: 'key',
      message: 'the kernel uses this interface name itself',
      expected: 'a name such as front, back or mgmt',
      found: quote(name),
      remedy:
        'give the interface a name that says what it is for, and say in match which NIC it is',
    }
  }
}

function* checkNodeInterfaces({ spec }: Subject): Iterable<Finding> {
  const known = Object.keys(spec.interfaces)
  for (const [index, node] of spec.nodes.entries()) {
    const path: DocumentPath = ['nodes', index, 'interfaces']
    for (const name of Object.keys(node.interfaces)) {
      if (entryOf(spec.interfaces, name) === undefined) {
        yield { ...unknownName('interface', name, known, [...path, name]), at: 'key' }
      }
    }
    for (const name of known) {
      if (entryOf(node.interfaces, name) !== undefined) continue
      yield {
        code: 'interface_not_on_node',
        path,
        at: 'key',
        message: `the node ${node.name} does not say which NIC is ${name}`,
        expected: `${name}: with match and addresses, on every node`,
        found: Object.keys(node.interfaces).join(', '),
      }
    }
  }
}

function* checkGroups({ spec }: Subject): Iterable<Finding> {
  const { instances, groups } = spec.vrrp
  const groupOf = new Map<string, string>()
  for (const [group, { instances: members }] of Object.entries(groups)) {
    for (const [index, member] of members.entries()) {
      const path: DocumentPath = ['vrrp', 'groups', group, 'instances', index]
      const other = groupOf.get(member)
      if (entryOf(instances, member) === undefined) {
        yield unknownName('instance', member, Object.keys(instances), path)
      } else if (other !== undefined && other !== group) {
        yield {
          code: 'instance_in_two_groups',
          path,
          message: `the instance ${member} is in two groups`,
          expected: 'every instance in exactly one group',
          found: `in ${other} and in ${group}`,
        }
      }
      groupOf.set(member, group)
    }
  }
  for (const name of Object.keys(instances)) {
    if (groupOf.has(name)) continue
    yield {
      code: 'instance_in_no_group',
      path: ['vrrp', 'instances', name],
      at: 'key',
      message: `the instance ${name} is in no group`,
      expected: 'every instance in exactly one group',
      remedy: `add ${name} to the instances of a group; a group of one is fine`,
    }
  }
}

function unknownName(
  kind: string,
  name: string,
  known: readonly string[],
  path: DocumentPath,
): Finding {
  const near = nearest(name, known)
  return {
    code: `unknown_${kind}`,
    path,
    message: `there is no ${kind} ${name}`,
    expected: `one of ${known.join(', ')}`,
    found: quote(name),
    ...(near === undefined ? {} : { remedy: `did you mean ${near}?` }),
  }
}
