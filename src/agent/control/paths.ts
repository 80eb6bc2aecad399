/** The answer to `paths`: how the peer is heard, path by path, and what follows from it. */

import { canTakeNow, isPeerAlive } from '../arbiter/observe.ts'
import type { PathState, Trouble } from '../heartbeat/state.ts'
import { item } from '../never.ts'
import { REASONS, type Reason } from '../reasons.ts'
import type { DirectorState } from '../state.ts'
import { between, type Instant } from '../units.ts'
import { toHex } from '../wire/bytes.ts'
import { ageOf, inMilliseconds } from './ages.ts'

/** As paths.schema.json describes it. */
export interface PathsAnswer {
  readonly schema: 1
  readonly node: string
  readonly policy: 'guarded' | 'strict_rfc'
  readonly peer: PeerAnswer | null
  readonly paths: readonly PathAnswer[]
  readonly connectivity: readonly ConnectivityAnswer[]
  readonly groups: readonly GroupAnswer[]
}

export interface PeerAnswer {
  readonly name: string
  /** `verified`: heard now, with a proved session. */
  readonly state: 'verified' | 'silent' | 'unauthenticated' | 'incompatible' | 'unheard'
  readonly boot: string | null
  readonly agent: string | null
  readonly sessions: number
  readonly session_age_s: number | null
  readonly same_config: boolean | null
}

export interface PathAnswer {
  readonly name: string
  readonly kind: 'serial' | 'udp'
  readonly state: 'alive' | 'silent' | 'closed'
  readonly since_s: number
  /** Frames that came here were verified lately. */
  readonly authenticated: boolean
  /** Of the last frame that counted. */
  readonly age_ms: number | null
  readonly rtt_ms: number | null
  readonly loss_percent: number
  readonly dead_ms: number
  readonly interval_ms: number
  readonly trouble: Trouble
  readonly errno: number
  readonly counters: Readonly<Record<string, number>>
  readonly discards: Readonly<Record<string, number>>
  readonly line: Readonly<Record<string, number>> | null
}

export interface ConnectivityAnswer {
  readonly name: string
  readonly state: 'up' | 'down' | 'unknown'
  readonly since_s: number
  readonly targets: readonly {
    readonly address: string
    readonly state: 'up' | 'down' | 'unknown'
    readonly rtt_ms: number | null
    readonly sent: number
    readonly answered: number
  }[]
}

export interface GroupAnswer {
  readonly name: string
  /** The rule of the arbitration that holds, and its reason. */
  readonly rule: string
  readonly reason: Reason
  readonly text: string
  readonly since_s: number
  readonly term: number
  /** What the peer last said of the group. */
  readonly peer_role: string | null
  readonly peer_can_take: boolean | null
}

/** Everything about the heartbeat, the connectivity groups and the arbitration. */
export function pathsOf(state: DirectorState, at: Instant): PathsAnswer {
  return {
    schema: 1,
    node: state.config.node.name,
    policy: state.groups.some(({ guarded }) => guarded) ? 'guarded' : 'strict_rfc',
    peer: peerOf(state, at),
    paths: (state.heartbeat?.paths ?? []).map(path => pathOf(path, at)),
    connectivity: state.connectivity.map(group => ({
      name: group.name,
      state: upOf(group.isUp),
      since_s: ageOf(group.since, at),
      targets: group.targets.map(({ target, isUp, rtt_us, sent, answered }) => ({
        address: target,
        state: upOf(isUp),
        rtt_ms: rtt_us === undefined ? null : inMilliseconds(rtt_us),
        ...{ sent, answered },
      })),
    })),
    groups:
      state.heartbeat === undefined
        ? []
        : state.groups.map(({ index }) => groupOf(state, index, at)),
  }
}

const upOf = (isUp: boolean | undefined) => (isUp === undefined ? 'unknown' : isUp ? 'up' : 'down')

function peerOf(state: DirectorState, at: Instant): PeerAnswer | null {
  const { heartbeat, config } = state
  if (heartbeat === undefined || config.heartbeat === undefined) return null
  const { session, sessions, boot, agent, stranger, report } = heartbeat.peer
  return {
    name: config.heartbeat.peer.name,
    state: isPeerAlive(state)
      ? 'verified'
      : (stranger?.why ?? (session === undefined ? 'unheard' : 'silent')),
    boot: boot === undefined ? null : toHex(boot),
    agent: boot === undefined ? null : agent,
    sessions,
    session_age_s: session === undefined ? null : ageOf(session.since, at),
    same_config: report === undefined ? null : report.node.digest === heartbeat.identity.digest,
  }
}

function pathOf(path: PathState, at: Instant): PathAnswer {
  const { name, kind, isAlive, lastAt, rtt, counters } = path
  const expected = counters.accepted + counters.lost
  return {
    ...{ name, kind, state: path.open ? (isAlive ? 'alive' : 'silent') : 'closed' },
    since_s: ageOf(path.judgedAt, at),
    authenticated: isAlive,
    age_ms: lastAt === undefined ? null : inMilliseconds(between(lastAt, at)),
    rtt_ms: rtt === undefined ? null : inMilliseconds(rtt),
    loss_percent: expected === 0 ? 0 : Math.round((counters.lost / expected) * 10_000) / 100,
    dead_ms: inMilliseconds(path.dead),
    interval_ms: inMilliseconds(path.interval),
    trouble: path.trouble,
    errno: path.errno,
    counters: { ...counters, unsent: path.unsent },
    discards: { ...path.discards },
    line: kind === 'serial' ? { ...path.line } : null,
  }
}

function groupOf(state: DirectorState, index: number, at: Instant): GroupAnswer {
  const { ruling, term } = item(state.arbiter.groups, index)
  const report = state.heartbeat?.peer.report?.groups.find(other => other.index === index)
  return {
    name: item(state.groups, index).name,
    rule: ruling.id,
    reason: ruling.reason,
    text: REASONS[ruling.reason],
    since_s: ageOf(ruling.at, at),
    term,
    peer_role: report?.role ?? null,
    peer_can_take: report === undefined ? null : canTakeNow(report),
  }
}
