/** What this node says of itself in every frame. */

import { item } from '../never.ts'
import type { DirectorState } from '../state.ts'
import { between, type Instant, isDue } from '../units.ts'
import {
  FLAG_CAN_TAKE,
  FLAG_INHIBITED,
  FLAG_STOPPING,
  MINOR,
  type Outgoing,
  ROLES,
  type WireRole,
} from '../wire/heartbeat.ts'
import {
  AGE_MAX,
  CAUSES,
  encodeAge,
  type GroupReport,
  type NodeReport,
} from '../wire/heartbeat-body.ts'
import { reachOf } from './connectivity.ts'
import type { HeartbeatState, PathState } from './state.ts'

type Group = DirectorState['groups'][number]
type Arbiter = DirectorState['arbiter']['groups'][number]

/** The eternal header as it is now, for one frame of this type, session and number. */
export function headerNow(
  state: DirectorState,
  { type, major, tag, seq }: Pick<Outgoing, 'type' | 'major' | 'tag' | 'seq'>,
): Outgoing {
  const { identity } = state.heartbeat as HeartbeatState
  const { groups } = state.arbiter
  const canTake = groups.some(group => group.canTake)
  const isInhibited = state.groups.some(group => group.standby !== undefined)
  return {
    major,
    minor: MINOR,
    type,
    role: nodeRole(state),
    flags:
      (canTake ? FLAG_CAN_TAKE : 0) |
      (isInhibited ? FLAG_INHIBITED : 0) |
      (state.phase === 'stopping' ? FLAG_STOPPING : 0),
    cluster: identity.cluster,
    node: identity.node,
    key: identity.send_with,
    priority: state.instances[0]?.router.priority ?? 0,
    term: (groups[0]?.term ?? 0) & 0xff,
    tag,
    seq,
  }
}

/** Active where any group is: a peer that cannot read more must not believe that nobody is. */
function nodeRole({ groups }: DirectorState): WireRole {
  if (groups.some(({ role }) => role === 'active')) return 'active'
  if (groups.some(({ role }) => role === 'backup')) return 'backup'
  return groups.some(({ faultUntil }) => faultUntil !== undefined) ? 'fault' : 'initialize'
}

/** The part that is the same for all groups. */
export function nodeReport(state: DirectorState, at: Instant): NodeReport {
  const { identity, late } = state.heartbeat as HeartbeatState
  const [reach, reach_of] = reachOf(state.connectivity)
  const late_us = isDue(late.until, at) ? 0 : late.length
  return {
    isStopping: state.phase === 'stopping',
    digest: identity.digest,
    late: Math.min(Math.floor(late_us / 10_000), 255),
    reach,
    reach_of,
  }
}

/** What was last heard on a path. */
export function pathReport(path: PathState, at: Instant): { seq: number; age: number } {
  return {
    seq: path.top & 0xff,
    age: path.lastAt === undefined ? AGE_MAX : ageSince(path.lastAt, at),
  }
}

/** One group, with what the arbitration asks of the peer. */
export function groupReport(state: DirectorState, index: number, at: Instant): GroupReport {
  const group = state.groups[index]
  const arbiter = state.arbiter.groups[index]
  if (group === undefined || arbiter === undefined) throw new Error(`no group ${index}`)
  let heardAt: Instant | undefined
  for (const member of group.members) {
    for (const { lastAt, priority } of item(state.instances, member).peers) {
      if (priority > 0 && (heardAt === undefined || lastAt > heardAt)) heardAt = lastAt
    }
  }
  return {
    index,
    role: saidRole(group),
    isClosed: isClosed(state, group),
    canTake: arbiter.canTake,
    claims: arbiter.claim !== undefined,
    grants: arbiter.granting,
    offers: isOffering(group, arbiter),
    isInhibited: group.standby !== undefined,
    cause: arbiter.claim === undefined ? 0 : CAUSES[arbiter.claim.cause],
    term: arbiter.term,
    priority: state.instances[group.members[0] ?? 0]?.router.priority ?? 0,
    advert_age: heardAt === undefined ? AGE_MAX : ageSince(heardAt, at),
  }
}

/**
 * All of a group's report that the peer may wait for, as one number: equal ones say the same. It is
 * asked for after nearly every event.
 */
export function groupWord(state: DirectorState, group: Group, arbiter: Arbiter): number {
  const flags =
    (isClosed(state, group) ? 1 : 0) |
    (arbiter.canTake ? 2 : 0) |
    (arbiter.claim !== undefined ? 4 : 0) |
    (arbiter.granting ? 8 : 0) |
    (isOffering(group, arbiter) ? 16 : 0) |
    (group.standby !== undefined ? 32 : 0)
  const cause = arbiter.claim === undefined ? 0 : CAUSES[arbiter.claim.cause]
  return flags + 64 * (ROLES.indexOf(saidRole(group)) + 4 * (arbiter.term + 65_536 * cause))
}

const saidRole = ({ faultUntil, role }: Group): WireRole =>
  faultUntil !== undefined ? 'fault' : role

const isOffering = ({ role }: Group, { offerUntil }: Arbiter) =>
  offerUntil !== undefined && role === 'active'

function isClosed({ instances }: DirectorState, { members }: Group): boolean {
  for (const member of members) if (item(instances, member).vips.is !== 'closed') return false
  return true
}

const ageSince = (from: Instant, at: Instant) => encodeAge(Math.floor(between(from, at) / 1_000))
