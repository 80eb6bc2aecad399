import { fail } from '../kit/problem.ts'
import type { NodeConfig, ServiceConfig } from '../model/node-config.ts'
import { type NetworkPlan, networkAround, networkOf } from './networks.ts'
import { freeAddress, isWithin, subnetKey, subnetOf, withoutLength } from './subnet.ts'

/** One namespace that stands for a machine which is not a director. */
export interface StationPlan {
  readonly name: string
  readonly kind: 'client' | 'real_server' | 'operator'
  readonly legs: readonly LegPlan[]
  /** Addresses on its loopback: a client beyond its router, or the VIPs of direct routing. */
  readonly local: readonly string[]
  readonly defaultVia: string | undefined
  /** Packets from this source leave through this router (direct routing: from the VIP). */
  readonly fromVia: readonly { readonly from: string; readonly via: string }[]
  /** TCP ports that answer HTTP. */
  readonly ports: readonly number[]
}

/** A station's cable to a network, with its addresses there. */
export interface LegPlan {
  readonly network: string
  /** With prefix length. */
  readonly addresses: readonly string[]
}

// Documentation and benchmark ranges for a client beyond the front router (RFC 5737, RFC 2544).
const FAR_CLIENTS = ['203.0.113.10', '198.51.100.10', '198.18.0.10']

/** The client with its router, one station a real server, and an operator on the management. */
export function planStations(
  nodes: readonly NodeConfig[],
  networks: readonly NetworkPlan[],
): readonly StationPlan[] {
  const used = usedAddresses(nodes)
  const services = nodes[0]?.services ?? []
  const realServers = groupRealServers(services)
  const client = planClient(nodes, networks, services, used)
  return [
    client,
    ...[...realServers].map(([address, targets], index) =>
      planRealServer(`real${index + 1}`, address, targets, nodes, networks, client),
    ),
    ...planOperator(nodes, networks, used),
  ]
}

function planClient(
  nodes: readonly NodeConfig[],
  networks: readonly NetworkPlan[],
  services: readonly ServiceConfig[],
  used: Set<string>,
): StationPlan {
  const needed = new Set<NetworkPlan>()
  for (const service of services) {
    const vip = networkAround(networks, service.address)
    if (vip !== undefined) needed.add(vip)
    if (service.forward === 'nat') continue
    for (const { address } of service.real_servers) {
      const real = networkAround(networks, address)
      if (real !== undefined) needed.add(real)
    }
  }
  const legs = [...needed].map(network => planLeg(network, nodes, networks, used))
  const hasRouter = nodes.every(node =>
    node.interfaces.some(({ routes }) =>
      routes.some(({ to, via }) => to === 'default' && legs.some(leg => owns(leg, via))),
    ),
  )
  const far = FAR_CLIENTS.find(address => networkAround(networks, address) === undefined)
  return {
    name: 'client',
    kind: 'client',
    legs,
    local: hasRouter && far !== undefined ? [far] : [],
    defaultVia: undefined,
    fromVia: [],
    ports: [],
  }
}

/** A leg that owns the network's gateways, or else one free address. */
function planLeg(
  network: NetworkPlan,
  nodes: readonly NodeConfig[],
  networks: readonly NetworkPlan[],
  used: Set<string>,
): LegPlan {
  const gateways = new Set<string>()
  for (const { interfaces } of nodes) {
    for (const interface_ of interfaces) {
      if (networkOf(networks, interface_) !== network) continue
      for (const { via } of interface_.routes) {
        const subnet = network.subnets.find(candidate => isWithin(candidate, via))
        if (subnet !== undefined) gateways.add(`${via}/${subnet.length}`)
      }
    }
  }
  const covered = new Set([...gateways].map(gateway => subnetKey(subnetOf(gateway))))
  const others = network.subnets
    .filter(subnet => !covered.has(subnetKey(subnet)))
    .flatMap(subnet => {
      const free = freeAddress(subnet, used)
      return free === undefined ? [] : [`${free}/${subnet.length}`]
    })
  for (const address of others) used.add(withoutLength(address))
  return { network: network.name, addresses: [...gateways, ...others] }
}

interface Target {
  readonly service: ServiceConfig
  readonly port: number
}

function groupRealServers(services: readonly ServiceConfig[]): Map<string, Target[]> {
  const groups = new Map<string, Target[]>()
  for (const service of services) {
    for (const { address, port } of service.real_servers) {
      const targets = groups.get(address) ?? []
      targets.push({ service, port })
      groups.set(address, targets)
    }
  }
  return groups
}

function planRealServer(
  name: string,
  address: string,
  targets: readonly Target[],
  nodes: readonly NodeConfig[],
  networks: readonly NetworkPlan[],
  client: StationPlan,
): StationPlan {
  const network = networkAround(networks, address)
  const subnet = network?.subnets.find(candidate => isWithin(candidate, address))
  if (network === undefined || subnet === undefined) {
    return fail({
      code: 'lab_unsupported',
      message: `the lab cannot place the real server ${address}`,
      expected: 'an address in a subnet of one of the directors’ interfaces',
      found: address,
    })
  }
  const router = client.legs
    .find(leg => leg.network === network.name)
    ?.addresses.find(own => isWithin(subnetOf(own), address))
  const direct = targets.filter(({ service }) => service.forward === 'dr')
  const vips = [...new Set(direct.map(({ service }) => service.address))]
  const ports = targets.flatMap(({ service, port }) =>
    service.protocol === 'tcp' ? [port, service.check?.port ?? port] : [],
  )
  return {
    name,
    kind: 'real_server',
    legs: [{ network: network.name, addresses: [`${address}/${subnet.length}`] }],
    local: vips,
    defaultVia: gatewayFor(address, nodes, networks, network),
    fromVia: router === undefined ? [] : vips.map(from => ({ from, via: withoutLength(router) })),
    ports: [...new Set(ports)],
  }
}

/** Its way back through NAT: the VIP, or else a director's own address, in its subnet. */
function gatewayFor(
  address: string,
  nodes: readonly NodeConfig[],
  networks: readonly NetworkPlan[],
  network: NetworkPlan,
): string | undefined {
  const here = (prefix: string) => isWithin(subnetOf(prefix), address)
  const [first] = nodes
  if (first === undefined) return undefined
  const interfaces = first.interfaces.filter(one => networkOf(networks, one) === network)
  const names = interfaces.map(({ name }) => name)
  const vips = first.vrrp.instances
    .filter(instance => names.includes(instance.interface))
    .flatMap(instance => instance.addresses)
  const own = interfaces.flatMap(({ addresses }) => addresses)
  const found = [...vips, ...own].find(here)
  return found === undefined ? undefined : withoutLength(found)
}

function planOperator(
  nodes: readonly NodeConfig[],
  networks: readonly NetworkPlan[],
  used: Set<string>,
): readonly StationPlan[] {
  const management = networks.filter(({ role }) => role === 'management')
  if (management.length === 0) return []
  return [
    {
      name: 'operator',
      kind: 'operator',
      legs: management.map(network => planLeg(network, nodes, networks, used)),
      local: [],
      defaultVia: undefined,
      fromVia: [],
      ports: [],
    },
  ]
}

function owns(leg: LegPlan, address: string): boolean {
  return leg.addresses.some(own => withoutLength(own) === address)
}

/** Every address that the cluster file gives to somebody. */
export function usedAddresses(nodes: readonly NodeConfig[]): Set<string> {
  const used = new Set<string>()
  for (const node of nodes) {
    const prefixes = [
      ...node.interfaces.flatMap(({ addresses }) => addresses),
      ...node.vrrp.instances.flatMap(({ addresses }) => addresses),
    ]
    const plain = [
      ...node.interfaces.flatMap(({ routes }) => routes.map(({ via }) => via)),
      ...node.services.map(({ address }) => address),
      ...node.services.flatMap(service => service.real_servers.map(({ address }) => address)),
    ]
    for (const address of [...prefixes.map(withoutLength), ...plain]) used.add(address)
  }
  return used
}
