import { digestOf } from '../kit/hash.ts'
import type { Cluster } from './cluster.ts'
import type { ClusterSpec, NodeSpec, ServiceSpec } from './cluster-spec.ts'
import type {
  AccessConfig,
  InterfaceConfig,
  InterfaceMatch,
  NodeConfig,
  NodeIdentity,
  SerialConfig,
  ServiceConfig,
  VrrpConfig,
} from './node-config.ts'
import { checkNodeConfig } from './node-config-check.ts'

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
      services,
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
  return Object.entries(spec.interfaces).flatMap(([name, { role, routes, mtu }]) => {
    const own = node.interfaces[name]
    if (own === undefined) return []
    return {
      name,
      role,
      match: canonicalMatch(own.match),
      addresses: own.addresses,
      routes,
      ...(mtu === undefined ? {} : { mtu }),
    }
  })
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
  const { startup_hold_ms, instances, groups } = spec.vrrp
  return {
    startup_hold_ms,
    instances: Object.entries(instances).map(([name, instance]) => ({
      name,
      interface: instance.interface,
      vrid: instance.vrid,
      priority: node.priority,
      advert_interval_ms: instance.advert_interval_ms,
      addresses: instance.addresses,
    })),
    groups: Object.entries(groups).map(([name, group]) => ({
      name,
      instances: group.instances,
      failback: group.failback,
    })),
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
