/** What differs between the running config and another, and what of it may change while it runs. */

import type { NodeConfig, ServiceConfig, VrrpInstanceConfig } from '../../model/node-config.ts'
import { nameOfDestination } from '../ipvs/table.ts'
import { addressesOf } from '../vrrp/change-vips.ts'
import { familyOf } from '../wire/address.ts'

/** Refused places that are named; one is reason enough. */
const REFUSED_MAX = 20

export interface ConfigChange {
  readonly changes: readonly Change[]
  /** Indexes of instances that get other VIPs. */
  readonly instances: readonly number[]
  /** What may not change while the agent runs; any of it refuses the whole. */
  readonly refused: readonly RefusedChange[]
}

export interface Change {
  /** For example `service web`, `real server web 10.77.0.21:80`, `VIP front 192.0.2.100/24`. */
  readonly subject: string
  readonly change: 'added' | 'removed' | 'changed'
  /** What of it, for example `weight 1 to 5`; empty: all of it. */
  readonly detail: string
}

export interface RefusedChange {
  /** Where in node.json, for example `vrrp.instances[0].priority`. */
  readonly path: string
  readonly text: string
}

const NEEDS_START = 'is taken at a start of the agent only'
const OWN_MAC = 'VIPs without virtual MAC are taken at a start of the agent only'
const OTHER_FAMILY = 'an instance keeps its family of addresses'
const SOURCE = 'a route of the instance has a VIP as its source that is no VIP any more'
const EDITED = 'is that of other services or VIPs: the file was changed by hand'

/** Compares two checked configs. Plain data: both are as JSON gives them. */
export function compareConfigs(running: NodeConfig, wanted: NodeConfig): ConfigChange {
  const refused: RefusedChange[] = []
  const refuse = (path: string, text = NEEDS_START) => {
    if (refused.length < REFUSED_MAX) refused.push({ path, text })
  }
  findDifferences(running, wanted, '', mayDiffer, refuse)
  const instances: number[] = []
  const vips: Change[] = []
  running.vrrp.instances.forEach((instance, index) => {
    const other = wanted.vrrp.instances[index]
    if (other === undefined) return
    const found = compareVips(instance, other)
    if (found.length === 0 && isListedAlike(instance, other)) return
    instances.push(index)
    vips.push(...found)
    refuseVips(instance, other, `vrrp.instances[${index}]`, refuse)
  })
  const services = compareServices(running.services, wanted.services)
  const isOtherDigest = running.shared_digest !== wanted.shared_digest
  if (!isOtherDigest && services.length + instances.length > 0) refuse('shared_digest', EDITED)
  const digest: Change = { subject: 'shared_digest', change: 'changed', detail: '' }
  return { changes: [...services, ...vips, ...(isOtherDigest ? [digest] : [])], instances, refused }
}

// `held` is read at a start alone, and by then the operator may have said `join`.
const LIVE: readonly string[] = ['shared_digest', 'held', 'services']
const LIVE_OF_INSTANCE: readonly string[] = ['addresses', 'more_addresses']

function mayDiffer(path: string): boolean {
  if (LIVE.includes(path)) return true
  const [instance = '', key = '', ...more] = path.split('].')
  const isOfInstance = instance.startsWith('vrrp.instances[') && more.length === 0
  return isOfInstance && LIVE_OF_INSTANCE.includes(key)
}

type Visit = (path: string) => void

function findDifferences(
  left: unknown,
  right: unknown,
  path: string,
  isSkipped: (path: string) => boolean,
  visit: Visit,
): void {
  if (left === right || isSkipped(path)) return
  if (Array.isArray(left) && Array.isArray(right) && left.length === right.length) {
    left.forEach((each, index) => {
      findDifferences(each, right[index], `${path}[${index}]`, isSkipped, visit)
    })
  } else if (isRecord(left) && isRecord(right)) {
    for (const key of new Set([...Object.keys(left), ...Object.keys(right)])) {
      const below = path === '' ? key : `${path}.${key}`
      findDifferences(left[key], right[key], below, isSkipped, visit)
    }
  } else visit(path)
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isSame = (left: unknown, right: unknown): boolean => {
  let same = true
  const differ = () => {
    same = false
  }
  findDifferences(left, right, '', () => !same, differ)
  return same
}

const vipsOf = ({ addresses, more_addresses = [] }: VrrpInstanceConfig) => [
  ...addresses,
  ...more_addresses,
]

function isListedAlike(left: VrrpInstanceConfig, right: VrrpInstanceConfig): boolean {
  return isSame(left.addresses, right.addresses) && isSame(vipsOf(left), vipsOf(right))
}

function compareVips(running: VrrpInstanceConfig, wanted: VrrpInstanceConfig): readonly Change[] {
  const [before, after] = [new Set(vipsOf(running)), new Set(vipsOf(wanted))]
  const one = (vip: string, change: Change['change']): Change => ({
    ...{ subject: `VIP ${running.name} ${vip}`, change, detail: '' },
  })
  return [
    ...[...after].filter(vip => !before.has(vip)).map(vip => one(vip, 'added')),
    ...[...before].filter(vip => !after.has(vip)).map(vip => one(vip, 'removed')),
  ]
}

function refuseVips(
  running: VrrpInstanceConfig,
  wanted: VrrpInstanceConfig,
  path: string,
  refuse: (path: string, text: string) => void,
): void {
  if (running.virtual_mac === false) refuse(`${path}.addresses`, OWN_MAC)
  const family = ([first = 0]: ReturnType<typeof addressesOf>) => familyOf(first)
  if (family(addressesOf(running)) !== family(addressesOf(wanted))) {
    refuse(`${path}.addresses`, OTHER_FAMILY)
  }
  const bare = new Set(vipsOf(wanted).map(vip => vip.slice(0, vip.indexOf('/'))))
  for (const [index, { source }] of (running.routes ?? []).entries()) {
    if (source !== undefined && !bare.has(source)) refuse(`${path}.routes[${index}].source`, SOURCE)
  }
}

function compareServices(
  running: readonly ServiceConfig[],
  wanted: readonly ServiceConfig[],
): readonly Change[] {
  const before = new Map(running.map(service => [service.name, service] as const))
  const after = new Map(wanted.map(service => [service.name, service] as const))
  const changes: Change[] = []
  for (const service of wanted) {
    const known = before.get(service.name)
    if (known !== undefined) changes.push(...compareService(known, service))
    else changes.push({ subject: `service ${service.name}`, change: 'added', detail: '' })
  }
  for (const { name } of running) {
    if (!after.has(name))
      changes.push({ subject: `service ${name}`, change: 'removed', detail: '' })
  }
  return changes
}

function compareService(running: ServiceConfig, wanted: ServiceConfig): readonly Change[] {
  if (isSame(running, wanted)) return []
  const keys: string[] = []
  const skip = (path: string) => path === 'real_servers'
  findDifferences(running, wanted, '', skip, path => keys.push(path))
  const subject = `service ${wanted.name}`
  const servers = compareServers(running, wanted)
  if (keys.length > 0) return [{ subject, change: 'changed', detail: keys.join(', ') }, ...servers]
  return servers.length > 0 ? servers : [{ subject, change: 'changed', detail: 'real_servers' }]
}

function compareServers(running: ServiceConfig, wanted: ServiceConfig): readonly Change[] {
  const by = ({ real_servers }: ServiceConfig) =>
    new Map(real_servers.map(real => [nameOfDestination(real), real] as const))
  const [before, after] = [by(running), by(wanted)]
  const changes: Change[] = []
  const say = (name: string, change: Change['change'], detail = '') =>
    changes.push({ subject: `real server ${wanted.name} ${name}`, change, detail })
  for (const [name, { weight }] of after) {
    const known = before.get(name)
    if (known === undefined) say(name, 'added')
    else if (known.weight !== weight) say(name, 'changed', `weight ${known.weight} to ${weight}`)
  }
  for (const name of before.keys()) if (!after.has(name)) say(name, 'removed')
  return changes
}
