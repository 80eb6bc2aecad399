/** The configs of a pair like the one in examples/pair, for the simulator and for tests. */

import type { NodeConfig, VrrpInstanceConfig } from '../model/node-config.ts'

export interface PairOptions {
  readonly priorities?: readonly [number, number]
  readonly failback?: 'manual' | 'automatic'
  readonly advert_interval_ms?: number
  readonly startup_hold_ms?: number
}

/** Two nodes, a front and a back instance in one group, a NAT service with two real servers. */
export function pairConfigs(options: PairOptions = {}): readonly [NodeConfig, NodeConfig] {
  const [first, second] = options.priorities ?? [200, 100]
  return [nodeConfig('lb1', 11, first, options), nodeConfig('lb2', 12, second, options)]
}

function nodeConfig(
  name: string,
  host: number,
  priority: number,
  options: PairOptions,
): NodeConfig {
  const instance = (fields: Pick<VrrpInstanceConfig, 'name' | 'vrid' | 'addresses'>) => ({
    ...fields,
    interface: fields.name,
    priority,
    advert_interval_ms: options.advert_interval_ms ?? 1_000,
  })
  return {
    schema: 1,
    cluster: 'pair',
    node: { name, id: host - 10 },
    shared_digest: '5a'.repeat(32),
    interfaces: [
      link('front', 'front', `192.0.2.${host}/24`, host),
      link('back', 'back', `10.77.0.${host}/24`, host),
      link('mgmt', 'management', `198.51.100.${host}/24`, host),
    ],
    serial: { console: { port: 'ttyS0', baud: 115_200 } },
    vrrp: {
      startup_hold_ms: options.startup_hold_ms ?? 2_000,
      instances: [
        instance({ name: 'front', vrid: 10, addresses: ['192.0.2.100/24'] }),
        instance({ name: 'back', vrid: 20, addresses: ['10.77.0.1/24'] }),
      ],
      groups: [
        { name: 'service', instances: ['front', 'back'], failback: options.failback ?? 'manual' },
      ],
    },
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
        check: { type: 'tcp', interval_ms: 2_000, timeout_ms: 1_000, fall: 2, rise: 2 },
      },
    ],
    access: { authorized_keys: [] },
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
  addresses: [address],
  routes: [],
})
