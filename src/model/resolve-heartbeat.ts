import type { Cluster } from './cluster.ts'
import type { ClusterSpec, NodeSpec } from './cluster-spec.ts'
import type { HeartbeatPath, NodeConfig } from './node-config.ts'
import { pathEnds } from './path-ends.ts'

/** UDP port of a path that names none. */
const UDP_PORT = 6941

/** Heartbeat, connectivity groups and arbitration of one node; nothing where there is none. */
export function resolveHeartbeat(
  cluster: Cluster,
  node: NodeSpec,
  id: number,
): Pick<NodeConfig, 'heartbeat' | 'connectivity' | 'arbitration'> {
  const { spec } = cluster
  const { heartbeat, connectivity, arbitration } = spec
  const groups = Object.entries(connectivity).map(([name, group]) => ({ name, ...group }))
  const { policy, all_silent, fencing } = arbitration
  const decided = policy ?? (heartbeat === undefined ? 'strict_rfc' : 'guarded')
  return {
    ...(heartbeat === undefined
      ? {}
      : {
          heartbeat: {
            interval_ms: heartbeat.interval_ms,
            dead_ms: heartbeat.dead_ms,
            send_with: heartbeat.send_with ?? heartbeat.keys[0]?.id ?? 1,
            keys: [...cluster.heartbeat_keys].map(([key, secret]) => ({
              id: key,
              key: secret.reveal(),
            })),
            peer: peerOf(spec, id),
            paths: pathsOf(spec, node, id),
            stranger: heartbeat.stranger,
          },
        }),
    ...(groups.length === 0 ? {} : { connectivity: groups }),
    ...(heartbeat === undefined && groups.length === 0
      ? {}
      : {
          arbitration: {
            policy: decided,
            all_silent,
            ...(fencing === undefined ? {} : { fencing }),
          },
        }),
  }
}

/** What both nodes must agree on; keys are changed one node at a time. */
export const sharedHeartbeat = ({ heartbeat, connectivity, arbitration }: ClusterSpec) => {
  const { keys: _keys, send_with: _with, ...rest } = heartbeat ?? { keys: [] }
  return { heartbeat: rest, connectivity, arbitration }
}

const peerOf = ({ nodes }: ClusterSpec, id: number) => {
  const other = nodes.findIndex((_, index) => index + 1 !== id)
  return { id: other + 1, name: nodes[other]?.name ?? '' }
}

function pathsOf(spec: ClusterSpec, node: NodeSpec, id: number): readonly HeartbeatPath[] {
  const peer = spec.nodes.find((_, index) => index + 1 !== id)
  return Object.entries(spec.heartbeat?.paths ?? {}).map(([name, path]) => {
    if (path.interface === undefined) return { name, kind: 'serial' }
    const port = path.udp_port ?? UDP_PORT
    const [address, peer_address] = pathEnds(
      addressesOf(node, path.interface),
      addressesOf(peer, path.interface),
      path.family,
    ) ?? ['', '']
    const ends = { address, peer_address }
    return { name, kind: 'udp', interface: path.interface, ...ends, port }
  })
}

const addressesOf = (node: NodeSpec | undefined, link: string) =>
  node?.interfaces[link]?.addresses ?? []
