/** The configs of a pair like the one in examples/pair, for the simulator and for tests. */

import type { NodeConfig, TrackConfig, VrrpInstanceConfig } from '../model/node-config.ts'

export interface PairOptions {
  readonly priorities?: readonly [number, number]
  readonly failback?: 'manual' | 'automatic'
  readonly failback_delay_ms?: number
  readonly advert_interval_ms?: number
  readonly startup_hold_ms?: number
  /** Of the instances; with both they move together. */
  readonly family?: 'ipv4' | 'ipv6' | 'both'
  readonly version?: 2 | 3
  readonly unicast?: boolean
  /** The VIPs are on the interfaces themselves. */
  readonly isOnOwnMac?: boolean
  readonly checksum?: 'message' | 'pseudo_header'
  /** The node whose priority is 255. */
  readonly owner?: 'lb1' | 'lb2'
  /** A second group, at home on the other node. */
  readonly isTwofold?: boolean
  /** What the first group tracks, on both nodes. */
  readonly track?: readonly TrackConfig[]
  /** How long a change of carrier must last, on every interface. */
  readonly link?: { readonly up_delay_ms: number; readonly down_delay_ms: number }
  /** The node on which nothing is ever known of what is tracked. */
  readonly untracked?: 'lb1' | 'lb2'
  /** So many VIPs on the front instance; absent: one. */
  readonly vips?: number
  readonly announce?: NodeConfig['vrrp']['announce']
  /** False: neither node looks whether its kernel still holds what it was told. */
  readonly isAudited?: boolean
  /** Paths of the heartbeat; absent: plain VRRP. */
  readonly paths?: readonly PathName[]
  readonly interval_ms?: number
  readonly dead_ms?: number
  readonly baud?: number
  readonly policy?: 'guarded' | 'strict_rfc'
  readonly all_silent?: 'serve' | 'hold'
  /** Addresses that are pinged through the front interface. */
  readonly targets?: readonly string[] | undefined
  readonly ping_interval_ms?: number
  readonly check_interval_ms?: number
  readonly fencing?: boolean
  readonly hold_ms_max?: number
  /** What differs between the nodes: keys by id, the id to send with, digests, majors. */
  readonly keys?: readonly [NodeKeys, NodeKeys]
  readonly digests?: readonly [string, string]
  readonly versions?: readonly [readonly [number, number], readonly [number, number]]
}

export type PathName = 'line' | 'front' | 'back' | 'mgmt'

export interface NodeKeys {
  readonly ids: readonly number[]
  readonly send_with: number
}

/** Two nodes, a front and a back instance in one group, a NAT service with two real servers. */
export function pairConfigs(options: PairOptions = {}): readonly [NodeConfig, NodeConfig] {
  const [first, second] = options.priorities ?? [200, 100]
  return [
    nodeConfig({ name: 'lb1', host: 11, priorities: [first, second] }, options),
    nodeConfig({ name: 'lb2', host: 12, priorities: [second, first] }, options),
  ]
}

interface Node {
  readonly name: string
  readonly host: number
  /** In the first group and in the second one. */
  readonly priorities: readonly [number, number]
}

function nodeConfig(node: Node, options: PairOptions): NodeConfig {
  const { name, host } = node
  return {
    schema: 1,
    cluster: 'pair',
    node: { name, id: host - 10 },
    shared_digest: (options.digests?.[host - 11] ?? '5a').repeat(32),
    interfaces: [
      link('front', 'front', `192.0.2.${host}/24`, host),
      link('back', 'back', `10.77.0.${host}/24`, host),
      link('mgmt', 'management', `198.51.100.${host}/24`, host),
    ].map(each => (options.link === undefined ? each : { ...each, link: options.link })),
    vrrp: vrrpOf(node, options),
    serial: {
      console: { port: 'ttyS0', baud: 115_200 },
      ...(options.paths?.includes('line')
        ? { heartbeat: { port: 'ttyS1', baud: options.baud ?? 115_200 } }
        : {}),
    },
    ...heartbeatOf(host, options),
    services: [
      {
        name: 'web',
        protocol: 'tcp',
        address: '192.0.2.100',
        port: 80,
        scheduler: 'wlc',
        forward: 'nat',
        real_servers: [
          { address: '10.77.0.21', port: 80, weight: 1 },
          { address: '10.77.0.22', port: 80, weight: 1 },
        ],
        check: { ...CHECK, interval_ms: options.check_interval_ms ?? 2_000 },
      },
    ],
    access: { authorized_keys: [] },
  }
}

function vrrpOf(node: Node, options: PairOptions): NodeConfig['vrrp'] {
  const { family = 'ipv4' } = options
  const four = [
    {
      ...{ name: 'front', interface: 'front', vrid: 10, addresses: ['192.0.2.100/24'] },
      ...(options.vips === undefined ? {} : { more_addresses: moreVips(options.vips - 1) }),
    },
    { name: 'back', interface: 'back', vrid: 20, addresses: ['10.77.0.1/24'] },
  ]
  const six = [
    {
      ...{ name: 'front6', interface: 'front', vrid: 10 },
      addresses: ['fe80::100/64', '2001:db8::100/64'],
    },
    { name: 'back6', interface: 'back', vrid: 20, addresses: ['fe80::1/64', 'fd00:77::1/64'] },
  ]
  const service = [...(family === 'ipv6' ? [] : four), ...(family === 'ipv4' ? [] : six)]
  const other = options.isTwofold
    ? [{ name: 'other', interface: 'front', vrid: 30, addresses: ['192.0.2.200/24'] }]
    : []
  const [first, second] = node.priorities
  const groups = [
    { name: 'service', members: service },
    { name: 'other', members: other },
  ].filter(({ members }) => members.length > 0)
  return {
    startup_hold_ms: options.startup_hold_ms ?? 2_000,
    ...(options.announce === undefined ? {} : { announce: options.announce }),
    instances: [
      ...service.map(each => instanceOf(node, first, options, each)),
      ...other.map(each => instanceOf(node, second, options, each)),
    ],
    groups: groups.map(group => ({
      name: group.name,
      instances: group.members.map(member => member.name),
      ...(group.name === 'service' && options.track !== undefined ? { track: options.track } : {}),
      failback: options.failback ?? 'manual',
      failback_delay_ms: options.failback_delay_ms ?? 0,
    })),
  }
}

function instanceOf(
  { name: node, host }: Node,
  priority: number,
  options: PairOptions,
  fields: Pick<VrrpInstanceConfig, 'name' | 'interface' | 'vrid' | 'addresses' | 'more_addresses'>,
): VrrpInstanceConfig {
  const isIpv6 = fields.name.endsWith('6')
  const network = isIpv6 ? 'fe80::' : fields.interface === 'front' ? '192.0.2.' : '10.77.0.'
  return {
    ...fields,
    priority: options.owner === node ? 255 : priority,
    advert_interval_ms: options.advert_interval_ms ?? 1_000,
    version: isIpv6 ? 3 : (options.version ?? 3),
    checksum: isIpv6 ? 'message' : (options.checksum ?? 'message'),
    unicast: options.unicast ?? false,
    ...(options.isOnOwnMac === true ? { virtual_mac: false } : {}),
    peer: `${network}${23 - host}`,
    accept: true,
  }
}

const link = (
  name: string,
  role: 'front' | 'back' | 'management',
  address: string,
  host: number,
): NodeConfig['interfaces'][number] => ({
  name,
  role,
  match: { mac: `52:54:00:d1:${host}:0${name.length}` },
  addresses: role === 'management' ? [address] : [address, `fe80::${host}/64`],
  routes: [],
})

// Of the network for benchmarks, RFC 2544.
const moreVips = (count: number) =>
  Array.from({ length: count }, (_, index) => `198.18.${index >> 8}.${index & 255}/15`)

const CHECK = { type: 'tcp', timeout_ms: 1_000, fall: 2, rise: 2 } as const
const UPSTREAM = { name: 'upstream', interface: 'front', timeout_ms: 400 }
const NETWORKS = { front: '192.0.2', back: '10.77.0', mgmt: '198.51.100' } as const

function heartbeatOf(
  host: number,
  options: PairOptions,
): Pick<NodeConfig, 'heartbeat' | 'connectivity' | 'arbitration'> {
  const { paths, targets, fencing } = options
  if (paths === undefined) return {}
  const keys = options.keys?.[host - 11] ?? { ids: [1], send_with: 1 }
  const other = host === 11 ? 12 : 11
  return {
    heartbeat: {
      interval_ms: options.interval_ms ?? 250,
      dead_ms: options.dead_ms ?? 1_000,
      send_with: keys.send_with,
      keys: keys.ids.map(id => ({ id, key: id.toString(16).padStart(2, '0').repeat(32) })),
      peer: {
        id: other - 10,
        name: `lb${other - 10}`,
      },
      paths: paths.map(name =>
        name === 'line'
          ? { name, kind: 'serial' }
          : {
              ...{ name, kind: 'udp', interface: name, port: 6941 },
              address: `${NETWORKS[name]}.${host}`,
              peer_address: `${NETWORKS[name]}.${other}`,
            },
      ),
      stranger: { action: 'hold', hold_ms_max: options.hold_ms_max ?? 30_000 },
    },
    connectivity:
      targets === undefined
        ? []
        : [{ ...UPSTREAM, targets, interval_ms: options.ping_interval_ms ?? 500 }],
    arbitration: {
      policy: options.policy ?? 'guarded',
      all_silent: options.all_silent ?? 'hold',
      ...(fencing ? { fencing: { hook: '/etc/director/fence', timeout_ms: 5_000 } } : {}),
    },
  }
}

/** A heartbeat on the line and on two interfaces, and one address to ping. */
export const guarded: PairOptions = {
  paths: ['line', 'back', 'mgmt'],
  targets: ['192.0.2.1'],
}

/** Each node has a key that the other does not know. */
export const otherKeys: NonNullable<PairOptions['keys']> = [
  { ids: [1], send_with: 1 },
  { ids: [2], send_with: 2 },
]
