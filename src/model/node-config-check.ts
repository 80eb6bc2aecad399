import { contains, type Prefix, parseAddress, parsePrefix } from './ip.ts'
import nodeSchema from './node.schema.json' with { type: 'json' }
import type { NodeConfig } from './node-config.ts'
import { type CheckedSchema, checkSchema, type SchemaFault } from './schema-check.ts'

/**
 * Checks a parsed node.json against node.schema.json, and that its names refer to something.
 *
 * Pure: the agent runs it in an engine that has no more than the base objects.
 *
 * @returns what is wrong, at most 20 faults; none: the value is a `NodeConfig`
 */
export function checkNodeConfig(value: unknown): readonly SchemaFault[] {
  const faults = checkSchema(nodeSchema as CheckedSchema, value)
  return faults.length > 0 ? faults : checkReferences(value as NodeConfig)
}

function checkReferences(config: NodeConfig): readonly SchemaFault[] {
  const faults: SchemaFault[] = []
  const refuse = (path: string, expected: string) =>
    faults.push({ path, code: 'bad_value', expected })
  const interfaces = new Set(config.interfaces.map(({ name }) => name))
  const { instances, groups } = config.vrrp
  const vips = new Set<string>()
  const blocks: Prefix[] = []
  const grouped = new Map<string, number>()
  for (const group of groups) {
    for (const name of group.instances) grouped.set(name, (grouped.get(name) ?? 0) + 1)
  }
  for (const [index, instance] of instances.entries()) {
    const path = `vrrp.instances[${index}]`
    if (!interfaces.has(instance.interface)) refuse(`${path}.interface`, 'the name of an interface')
    if (grouped.get(instance.name) !== 1) refuse(`${path}.name`, 'an instance of exactly one group')
    grouped.delete(instance.name)
    for (const address of [...instance.addresses, ...(instance.more_addresses ?? [])]) {
      vips.add(address.slice(0, address.indexOf('/')))
    }
    for (const text of instance.blocks ?? []) {
      const block = parsePrefix(text)
      if (block !== undefined) blocks.push(block)
    }
  }
  if (grouped.size > 0) refuse('vrrp.groups', 'groups of instances that exist')
  for (const [index, service] of config.services.entries()) {
    const address = parseAddress(service.address)
    const isInBlock = address !== undefined && blocks.some(block => contains(block, address))
    if (!vips.has(service.address) && !isInBlock)
      refuse(`services[${index}].address`, 'a VIP of an instance')
  }
  checkHeartbeat(config, interfaces, refuse)
  return faults.slice(0, 20)
}

function checkHeartbeat(
  { heartbeat, connectivity, serial, node }: NodeConfig,
  interfaces: ReadonlySet<string>,
  refuse: (path: string, expected: string) => void,
): void {
  for (const [index, group] of (connectivity ?? []).entries()) {
    if (interfaces.has(group.interface)) continue
    refuse(`connectivity[${index}].interface`, 'the name of an interface')
  }
  if (heartbeat === undefined) return
  const { keys, send_with, peer, paths } = heartbeat
  if (!keys.some(({ id }) => id === send_with)) refuse('heartbeat.send_with', 'the id of a key')
  if (peer.id === node.id) refuse('heartbeat.peer.id', 'another id than that of the node')
  for (const [index, path] of paths.entries()) {
    const at = `heartbeat.paths[${index}]`
    if (path.kind === 'serial') {
      if (serial.heartbeat === undefined) refuse(at, 'a heartbeat port in serial')
      continue
    }
    if (!interfaces.has(path.interface ?? '')) refuse(`${at}.interface`, 'the name of an interface')
    for (const key of ['address', 'peer_address', 'port'] as const) {
      if (path[key] === undefined) refuse(`${at}.${key}`, 'there for a path of kind udp')
    }
  }
}
