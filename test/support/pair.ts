import type {
  InterfaceMatch,
  NodeConfig,
  RouteConfig,
  ServiceConfig,
} from '../../src/model/node-config.ts'

export interface PairOptions {
  /** How the front card of the first node is found. */
  readonly match?: InterfaceMatch
  /** Of the front interfaces; default: a gateway at 192.0.2.1. */
  readonly routes?: readonly RouteConfig[]
  readonly services?: readonly ServiceConfig[]
}

/** The nodes of a pair as in examples/pair, for tests that need no file. */
export function pairOf(options: PairOptions = {}): readonly NodeConfig[] {
  return [nodeOf(1, options), nodeOf(2, options)]
}

/** A TCP service at 192.0.2.100 with the real servers 10.77.0.21 and 10.77.0.22. */
export function service(options: {
  readonly name?: string
  readonly port?: number
  readonly forward?: 'nat' | 'dr'
  readonly servers?: readonly string[]
}): ServiceConfig {
  const {
    name = 'web',
    port = 80,
    forward = 'nat',
    servers = ['10.77.0.21', '10.77.0.22'],
  } = options
  return {
    name,
    protocol: 'tcp',
    address: '192.0.2.100',
    port,
    scheduler: 'wlc',
    forward,
    real_servers: servers.map(address => ({ address, port, weight: 1 })),
    check: { type: 'tcp', interval_ms: 2_000, timeout_ms: 1_000, fall: 2, rise: 2 },
  }
}

function nodeOf(id: number, options: PairOptions): NodeConfig {
  const mac = (card: number) => ({ mac: `52:54:00:d1:0${id}:0${card}` })
  const instance = (name: string, vrid: number, address: string) => ({
    ...{ name, interface: name, vrid, priority: 300 - 100 * id },
    ...{ advert_interval_ms: 1_000, addresses: [address], version: 3 as const },
    ...{ checksum: 'message' as const, unicast: false, accept: true },
  })
  return {
    schema: 1,
    cluster: 'pair',
    node: { name: `lb${id}`, id },
    shared_digest: '0'.repeat(64),
    interfaces: [
      {
        name: 'front',
        role: 'front',
        match: id === 1 ? (options.match ?? mac(1)) : mac(1),
        addresses: [`192.0.2.1${id}/24`],
        routes: options.routes ?? [{ to: 'default', via: '192.0.2.1' }],
      },
      {
        ...{ name: 'back', role: 'back', match: mac(2) },
        ...{ addresses: [`10.77.0.1${id}/24`], routes: [] },
      },
      {
        ...{ name: 'mgmt', role: 'management', match: mac(3) },
        ...{ addresses: [`198.51.100.1${id}/24`], routes: [] },
      },
    ],
    serial: {
      console: { port: 'ttyS0', baud: 115_200 },
      heartbeat: { port: 'ttyS1', baud: 115_200 },
    },
    vrrp: {
      startup_hold_ms: 2_000,
      instances: [instance('front', 10, '192.0.2.100/24'), instance('back', 20, '10.77.0.1/24')],
      groups: [
        { name: 'service', instances: ['front', 'back'], failback: 'manual', failback_delay_ms: 0 },
      ],
    },
    services: options.services ?? [service({})],
    access: { authorized_keys: [] },
  } as NodeConfig
}
