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
  const grouped = new Map<string, number>()
  for (const group of groups) {
    for (const name of group.instances) grouped.set(name, (grouped.get(name) ?? 0) + 1)
  }
  for (const [index, instance] of instances.entries()) {
    const path = `vrrp.instances[${index}]`
    if (!interfaces.has(instance.interface)) refuse(`${path}.interface`, 'the name of an interface')
    if (grouped.get(instance.name) !== 1) refuse(`${path}.name`, 'an instance of exactly one group')
    grouped.delete(instance.name)
    for (const address of instance.addresses) vips.add(address.slice(0, address.indexOf('/')))
  }
  if (grouped.size > 0) refuse('vrrp.groups', 'groups of instances that exist')
  for (const [index, service] of config.services.entries()) {
    if (!vips.has(service.address)) refuse(`services[${index}].address`, 'a VIP of an instance')
  }
  return faults.slice(0, 20)
}
