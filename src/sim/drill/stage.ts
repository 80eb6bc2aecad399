/** The user's pair as the cases see it: who is active, and what there is to break. */

import { centiseconds, type Duration, microseconds, milliseconds } from '../../agent/units.ts'
import type { NodeConfig, ServiceConfig } from '../../model/node-config.ts'

export interface Stage {
  /** The node that is active in the first group when the drill begins, and the other one. */
  readonly active: string
  readonly other: string
  /** Interfaces with instances, in the order of the cluster file. */
  readonly fronts: readonly string[]
  /** The virtual router of the first of them. */
  readonly vrid: number
  /** Of the other node in it. */
  readonly priority: number
  /** Interfaces that datagrams of the heartbeat take. */
  readonly datagrams: readonly string[]
  readonly hasLine: boolean
  readonly hasHeartbeat: boolean
  readonly policy: 'guarded' | 'strict_rfc'
  /** Interfaces of connectivity groups. */
  readonly pinged: readonly string[]
  /** Until the backup knows that the active one is dead, at the most. */
  readonly dead: Duration
  readonly realServers: readonly string[]
  /** Of the cluster file. */
  readonly services: readonly ServiceConfig[]
  readonly failsBack: boolean
}

/** The stage of two configs once it is known who is active. */
export function stageOf(configs: readonly [NodeConfig, NodeConfig], active: string): Stage {
  const [first, second] = configs
  const other = first.node.name === active ? second : first
  const { heartbeat, arbitration, connectivity = [], serial, vrrp, services } = other
  const paths = heartbeat?.paths ?? []
  const own = configs.find(config => config.node.name === active) ?? first
  return {
    active,
    other: other.node.name,
    fronts: [...new Set(vrrp.instances.map(instance => instance.interface))],
    vrid: vrrp.instances[0]?.vrid ?? 1,
    priority: vrrp.instances[0]?.priority ?? 0,
    datagrams: paths.flatMap(path => (path.interface === undefined ? [] : [path.interface])),
    hasLine: paths.some(({ kind }) => kind === 'serial') && serial.heartbeat !== undefined,
    hasHeartbeat: paths.length > 0,
    policy: paths.length > 0 ? (arbitration?.policy ?? 'guarded') : 'strict_rfc',
    pinged: [...new Set(connectivity.map(group => group.interface))],
    dead: deadTime(other),
    realServers: [...new Set(services.flatMap(each => each.real_servers.map(r => r.address)))],
    services,
    failsBack: prefersToReturn(own, other),
  }
}

/** RFC 9568 6.1: Active_Down_Interval of its slowest instance; every other path as well. */
function deadTime({ vrrp, heartbeat, arbitration }: NodeConfig): Duration {
  const down = vrrp.instances.map(({ advert_interval_ms: interval, priority }) => {
    const skew = ((256 - priority) * interval) / 256
    return 3 * interval + skew
  })
  const silent =
    heartbeat === undefined ? 0 : Math.max(heartbeat.dead_ms, 4 * heartbeat.interval_ms)
  const fencing = arbitration?.fencing?.timeout_ms ?? 0
  return microseconds(Math.ceil((Math.max(...down, silent) + fencing) * 1_000))
}

function prefersToReturn(own: NodeConfig, other: NodeConfig): boolean {
  const group = own.vrrp.groups[0]
  const of = ({ vrrp }: NodeConfig) =>
    vrrp.instances.find(({ name }) => name === group?.instances[0])?.priority ?? 0
  return of(own) === 255 || (group?.failback === 'automatic' && of(own) > of(other))
}

/** Room for a takeover beyond its timer: wires, the kernel, a turn of the loop. */
export const ROOM: Duration = milliseconds(100)
/** The skew of RFC 9568 is below one interval, and adverts below 41 s. */
export const SKEW_MAX = centiseconds(100)
