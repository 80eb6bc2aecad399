import type { GroupReport, NodeReport } from '../../src/agent/wire/heartbeat-body.ts'
import type { Rig } from './rig.ts'

/** Every path hears the peer, and its last report said this of itself and of the first group. */
export function peerSays(
  { state }: Rig,
  said: Partial<GroupReport>,
  ofItself: Partial<NodeReport> = {},
): void {
  const { heartbeat } = state
  if (heartbeat === undefined) throw new Error('the rig has no heartbeat')
  for (const path of heartbeat.paths) path.isAlive = true
  const group: GroupReport = {
    ...{ index: 0, role: 'backup', isClosed: true, canTake: true, claims: false, grants: false },
    ...{ offers: false, isInhibited: false, cause: 0, term: 7, priority: 100, advert_age: 0 },
    ...said,
  }
  const { digest } = heartbeat.identity
  const node = { isStopping: false, digest, late: 0, reach: 0, reach_of: 0, ...ofItself }
  heartbeat.peer.report = { node, paths: [], groups: [group] }
}
