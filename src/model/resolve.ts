import { digestOf } from '../kit/hash.ts'
import type { Cluster } from './cluster.ts'
import type {
  ClusterSpec,
  FailbackSpec,
  InstanceSpec,
  NodeSpec,
  ServiceSpec,
  TrackSpec,
} from './cluster-spec.ts'
import { formatAddress, formatPrefix } from './ip.ts'
import { movingDestination } from './meaning/moving.ts'
import { advertSource, entryOf, familyOfInstance, prefixOf } from './meaning/networks.ts'
import { TRACK_KINDS } from './meaning/track.ts'
import type {
  AccessConfig,
  InterfaceConfig,
  InterfaceMatch,
  NodeConfig,
  NodeIdentity,
  SerialConfig,
  ServiceConfig,
  TrackConfig,
  VrrpConfig,
  VrrpInstanceConfig,
} from './node-config.ts'
import { checkNodeConfig } from './node-config-check.ts'
import { resolveHeartbeat, sharedHeartbeat } from './resolve-heartbeat.ts'

/**
 * The node.json of every node, in the order of the cluster file.
 *
 * Pure: the same cluster gives the same configs, with their keys in the same order.
 */
export function resolve(cluster: Cluster): readonly NodeConfig[] {
  const { spec } = cluster
  const services = spec.services.map(resolveService)
  const shared_digest = digestOf({
    cluster: spec.cluster,
    nodes: spec.nodes.map(({ name }) => name),
    vrrp: spec.vrrp,
    ...sharedHeartbeat(spec),
    services,
  })
  const configs = spec.nodes.map(
    (node, index): NodeConfig => ({
      schema: 1,
      cluster: spec.cluster,
      node: identityOf(node, index + 1),
      shared_digest,
      interfaces: resolveInterfaces(spec, node),
      serial: resolveSerial(cluster, node),
      vrrp: resolveVrrp(spec, node),
      ...resolveHeartbeat(cluster, node, index + 1),
      services,
      ...(spec.watchdog === undefined ? {} : { watchdog: spec.watchdog }),
      access: resolveAccess(cluster, node),
    }),
  )
  for (const config of configs) assertAccepted(config)
  return configs
}

function identityOf({ name, identity }: NodeSpec, id: number): NodeIdentity {
  const serial = identity?.dmi_serial
  return { name, id, ...(serial === undefined ? {} : { dmi_serial: serial }) }
}

// The agent's own check, before it is too late to tell anybody.
function assertAccepted(config: NodeConfig): void {
  const [fault] = checkNodeConfig(config)
  if (fault === undefined) return
  throw new Error(
    `the agent would refuse the node.json of ${config.node.name}: ${fault.path}: ${fault.expected}`,
  )
}

/** The node.json file: JSON with a line end, the bytes that `config_sha256` is of. */
export function encodeNodeConfig(config: NodeConfig): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(config)}\n`)
}

function resolveInterfaces(spec: ClusterSpec, node: NodeSpec): readonly InterfaceConfig[] {
  return Object.entries(spec.interfaces).flatMap(([name, { role, routes, mtu, link }]) => {
    const own = node.interfaces[name]
    if (own === undefined) return []
    return {
      name,
      role,
      match: canonicalMatch(own.match),
      addresses: own.addresses.filter(text => !isOwnedVip(spec, node, name, text)),
      routes,
      ...(mtu === undefined ? {} : { mtu }),
      ...(link === undefined ? {} : { link }),
    }
  })
}

// The owner's VIPs live on the virtual MAC, as everybody else's do.
function isOwnedVip(spec: ClusterSpec, node: NodeSpec, link: string, text: string): boolean {
  const { address } = prefixOf(text)
  return Object.values(spec.vrrp.instances).some(
    ({ owner, interface: own, addresses }) =>
      owner === node.name &&
      own === link &&
      addresses.some(vip => prefixOf(vip).address === address),
  )
}

/** The match as the kernel writes it: hexadecimal digits in small letters. */
export function canonicalMatch(match: InterfaceMatch): InterfaceMatch {
  return 'mac' in match ? { mac: match.mac.toLowerCase() } : match
}

function resolveSerial(cluster: Cluster, node: NodeSpec): SerialConfig {
  const { console } = cluster.board
  const heartbeat = node.serial?.heartbeat
  if (heartbeat === undefined) return { console }
  return {
    console,
    heartbeat: typeof heartbeat === 'string' ? { port: heartbeat, baud: DEFAULT_BAUD } : heartbeat,
  }
}

/** The speed of a heartbeat line that is given by its port alone. */
export const DEFAULT_BAUD = 115_200

function resolveVrrp(spec: ClusterSpec, node: NodeSpec): VrrpConfig {
  const { startup_hold_ms, instances, groups, announce } = spec.vrrp
  return {
    startup_hold_ms,
    ...(announce === undefined ? {} : { announce }),
    instances: Object.entries(instances).map(([name, instance]) =>
      resolveInstance(spec, node, name, instance),
    ),
    groups: Object.entries(groups).map(([name, { instances: members, failback, track }]) => {
      const { mode, delay_ms } = longFailback(failback)
      const base = { name, instances: members, failback: mode, failback_delay_ms: delay_ms }
      return track.length === 0 ? base : { ...base, track: track.map(resolveTrack) }
    }),
  }
}

function resolveInstance(
  spec: ClusterSpec,
  node: NodeSpec,
  name: string,
  instance: InstanceSpec,
): VrrpInstanceConfig {
  const { owner, interface: link, vrid, advert_interval_ms, addresses } = instance
  const { version, checksum, unicast, accept, virtual_mac, more_addresses } = instance
  const peers = spec.nodes.filter(other => other.name !== node.name)
  const [peer] = peers.flatMap(other => advertSource(other, instance) ?? [])
  return {
    ...{ name, interface: link, vrid },
    priority: owner === node.name ? OWNER_PRIORITY : priorityOf(spec, node, name),
    ...{ advert_interval_ms, addresses, version, checksum, unicast },
    ...(virtual_mac ? {} : { virtual_mac }),
    ...(more_addresses.length === 0 ? {} : { more_addresses }),
    ...(peer === undefined ? {} : { peer: formatAddress(peer) }),
    accept,
    ...resolveMoving(instance),
  }
}

function resolveMoving(
  instance: InstanceSpec,
): Pick<VrrpInstanceConfig, 'blocks' | 'routes' | 'rules'> {
  const { blocks, rules } = instance
  const family = familyOfInstance(instance)
  const routes = instance.routes.map(({ to, ...rest }) => ({
    to: formatPrefix(movingDestination(to, family)),
    ...rest,
  }))
  return {
    ...(blocks.length === 0 ? {} : { blocks }),
    ...(routes.length === 0 ? {} : { routes }),
    ...(rules.length === 0 ? {} : { rules }),
  }
}

// RFC 9568 section 5.2.4.
const OWNER_PRIORITY = 255

function priorityOf(spec: ClusterSpec, node: NodeSpec, instance: string): number {
  const groups = Object.entries(spec.vrrp.groups)
  const group = groups.find(([, { instances }]) => instances.includes(instance))?.[0] ?? ''
  return entryOf(node.priorities, group) ?? node.priority
}

/** The long form of `failback`. */
export function longFailback(failback: FailbackSpec) {
  const { mode, delay_ms } =
    typeof failback === 'string' ? { mode: failback, delay_ms: 0 } : failback
  return { mode: mode === 'automatic' ? ('automatic' as const) : ('manual' as const), delay_ms }
}

// A script or a file is looked at once a second where the file does not say otherwise.
const TRACK_INTERVAL_MS = 1_000

function resolveTrack(track: TrackSpec): TrackConfig {
  const { weight, interval_ms = TRACK_INTERVAL_MS, timeout_ms = interval_ms } = track
  const kind = TRACK_KINDS.find(each => track[each] !== undefined) ?? 'link'
  return {
    kind,
    subject: track[kind] ?? '',
    ...(weight === undefined ? {} : { weight }),
    ...(kind === 'script' || kind === 'file' ? { interval_ms } : {}),
    ...(kind === 'script' ? { timeout_ms } : {}),
  }
}

function resolveService(service: ServiceSpec): ServiceConfig {
  const { name, protocol, address, port, scheduler, forward, check } = service
  return {
    name,
    protocol,
    address,
    port,
    scheduler,
    forward,
    real_servers: service.real_servers.map(server => ({
      address: server.address,
      port: server.port ?? port,
      weight: server.weight,
    })),
    ...(check === undefined ? {} : { check }),
  }
}

function resolveAccess(cluster: Cluster, node: NodeSpec): AccessConfig {
  const { authorized_keys, console_password_hash, ssh_host_keys } = cluster.access
  const hostKey = ssh_host_keys.get(node.name)
  return {
    authorized_keys,
    ...(console_password_hash === undefined
      ? {}
      : { console_password_hash: console_password_hash.reveal() }),
    ...(hostKey === undefined ? {} : { ssh_host_key: hostKey.reveal() }),
  }
}
