import { fail } from '../kit/problem.ts'
import type { InterfaceConfig, NodeConfig } from '../model/node-config.ts'
import { type NetworkPlan, networkOf, planNetworks } from './networks.ts'
import { planStations, type StationPlan } from './stations.ts'

/** All that a lab builds, decided before anything is built. */
export interface LabPlan {
  readonly networks: readonly NetworkPlan[]
  readonly directors: readonly DirectorPlan[]
  readonly stations: readonly StationPlan[]
}

export interface DirectorPlan {
  readonly name: string
  readonly nics: readonly NicPlan[]
  /** Ports that the machine has, in order: `ttyS0` first. */
  readonly serialPorts: readonly ('console' | 'heartbeat' | 'nothing')[]
  /** The heartbeat port is a USB adapter, which is `ttyUSB0`. */
  readonly hasAdapter: boolean
  /** Bits per second of the heartbeat port. */
  readonly heartbeatBaud: number | undefined
  /** The machine's serial number in its DMI table. */
  readonly dmiSerial?: string
}

export interface NicPlan {
  /** The interface's name in the cluster file. */
  readonly interface: string
  readonly network: string
  /** The tap's name in the switch namespace. */
  readonly tap: string
  readonly mac: string
  /** Slot and function on the first PCI bus, for example `3.0`; absent: QEMU's choice. */
  readonly slot?: string
}

const ADAPTER_PORT = 'ttyUSB0'

/**
 * The networks, machines and stations of a cluster.
 *
 * Clients, gateways and real servers become stations.
 *
 * @throws ProblemError `lab_unsupported` for what the lab cannot build
 */
export function planLab(given: readonly NodeConfig[]): LabPlan {
  const nodes = given.map(onlyIpv4)
  const networks = planNetworks(nodes)
  return {
    networks,
    directors: nodes.map((node, index) => planDirector(node, index + 1, networks)),
    stations: planStations(nodes, networks),
  }
}

// The stations speak IPv4; the segments carry what the directors say in IPv6 all the same.
function onlyIpv4(node: NodeConfig): NodeConfig {
  const isIpv4 = (text: string) => !text.includes(':')
  const interfaces = node.interfaces.map(each => ({
    ...each,
    addresses: each.addresses.filter(isIpv4),
    routes: each.routes.filter(({ via }) => isIpv4(via)),
  }))
  const instances = node.vrrp.instances.map(each => ({
    ...each,
    addresses: each.addresses.filter(isIpv4),
  }))
  return { ...node, interfaces, vrrp: { ...node.vrrp, instances } }
}

function planDirector(
  node: NodeConfig,
  number: number,
  networks: readonly NetworkPlan[],
): DirectorPlan {
  const ports: DirectorPlan['serialPorts'][number][] = []
  const put = (port: string, what: 'console' | 'heartbeat') => {
    const index = Number(/^ttyS([0-3])$/.exec(port)?.[1] ?? unsupportedPort(node, port))
    while (ports.length <= index) ports.push('nothing')
    ports[index] = what
  }
  const heartbeat = node.serial.heartbeat?.port
  const hasAdapter = heartbeat === ADAPTER_PORT
  put(node.serial.console.port, 'console')
  if (heartbeat !== undefined && !hasAdapter) put(heartbeat, 'heartbeat')
  return {
    name: node.node.name,
    nics: node.interfaces.map((interface_, index) => ({
      interface: interface_.name,
      network: networkOf(networks, interface_)?.name ?? interface_.name,
      tap: `tap${number}.${index}`,
      ...hardware(node, interface_, number, index),
    })),
    serialPorts: ports,
    hasAdapter,
    heartbeatBaud: node.serial.heartbeat?.baud,
    ...(node.node.dmi_serial === undefined ? {} : { dmiSerial: node.node.dmi_serial }),
  }
}

/** A network card that the interface's match finds. */
function hardware(
  node: NodeConfig,
  { name, match }: InterfaceConfig,
  number: number,
  index: number,
): Pick<NicPlan, 'mac' | 'slot'> {
  // A locally administered address for a card that the cluster file does not know by its MAC.
  const byte = (value: number) => value.toString(16).padStart(2, '0')
  const mac = `52:54:00:1a:${byte(number)}:${byte(index)}`
  if ('mac' in match) return { mac: match.mac }
  if ('name' in match) return { mac }
  const place = /^0000:00:([0-9a-f]{2})\.([0-7])$/.exec(match.pci)
  if (place !== null) return { mac, slot: `${place[1]}.${place[2]}` }
  return fail({
    code: 'lab_unsupported',
    message: 'the lab cannot put a network card at this PCI place',
    expected: 'a place on the first bus, such as 0000:00:05.0',
    found: match.pci,
    where: { path: `node ${node.node.name}, interface ${name}` },
    remedy: 'match the interface by its MAC in a copy of the cluster file for the lab',
  })
}

function unsupportedPort(node: NodeConfig, port: string): never {
  return fail({
    code: 'lab_unsupported',
    message: 'the lab has no such serial port',
    expected: `ttyS0, ttyS1, ttyS2 or ttyS3; for the heartbeat also ${ADAPTER_PORT}`,
    found: port,
    where: { path: `node ${node.node.name}` },
  })
}
