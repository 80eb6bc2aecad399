import type { Deadline } from '../machine.ts'
import type { DirectorState } from '../state.ts'
import { between, type Instant } from '../units.ts'
import { announceLimits } from '../vrrp/announce.ts'
import { ageOf, inMilliseconds } from './ages.ts'
import { problemsOf } from './problems.ts'
import { ipvsStatus, serviceStatuses } from './status-services.ts'
import type { Status } from './status-types.ts'
import { groupState, groupStatus, instanceStatus, interfaceStatus } from './status-vrrp.ts'

/** All that the director knows of itself, in the shape of docs/status.md. */
export function statusOf(state: DirectorState, at: Instant, next: Deadline | undefined): Status {
  const { config, health, loop } = state
  const known = {
    schema: 1 as const,
    cluster: config.cluster,
    node: { name: config.node.name, id: config.node.id },
    version: state.version,
    uptime_s: ageOf(state.startedAt, at),
    phase: state.phase,
    shared_digest: config.shared_digest,
    interfaces: state.interfaces.map((link, index) => interfaceStatus(state, link, index, at)),
    groups: state.groups.map(group => groupStatus(state, group, at)),
    instances: state.instances.map(instance => instanceStatus(state, instance, at)),
    announce: announceStatus(state),
    services: serviceStatuses(state, at),
    ipvs: ipvsStatus(state, at),
    health: { targets: health.targets.length, ...health.counters },
    loop: {
      late_ms_max: inMilliseconds(loop.late_us_max),
      stale_answers: loop.stale_answers,
      stalls: loop.stalls,
      next_timer: next === undefined ? null : `${next.timer} ${next.subject}`,
      next_in_ms: next === undefined ? null : inMilliseconds(between(at, next.at)),
    },
  }
  return { ...known, state: overall(state), problems: problemsOf(known) }
}

function announceStatus(state: DirectorState): Status['announce'] {
  const { repeat, rate_per_s, refresh_s } = announceLimits(state)
  return { repeat, rate_per_s, refresh_s: refresh_s ?? null }
}

function overall(state: DirectorState): Status['state'] {
  const states = state.groups.map(group => groupState(state, group))
  const first = states[0] ?? 'initialize'
  return states.every(other => other === first) ? first : 'mixed'
}
