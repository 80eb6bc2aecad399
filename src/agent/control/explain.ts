/** Why an instance is in its state: what led there, what the peer said, what comes next. */

import type { Deadline } from '../machine.ts'
import { item } from '../never.ts'
import { REASONS } from '../reasons.ts'
import { found, newSoonest } from '../soonest.ts'
import type { DirectorState } from '../state.ts'
import { between, type Instant } from '../units.ts'
import type { InstanceState } from '../vrrp/state.ts'
import { offerGroup, offerInstance } from '../vrrp/wake.ts'
import { ageOf, inSeconds } from './ages.ts'
import { type Refusal, refusal } from './refusal.ts'
import type { GroupStatus, HistoryEntry, InstanceStatus, PeerStatus } from './status-types.ts'
import { groupStatus, instanceStatus } from './status-vrrp.ts'

/** Transitions shown; `status` holds more. */
const TRANSITIONS_MAX = 8

/** The answer to `explain`, as explain.schema.json describes it. */
export interface Explanations {
  readonly schema: 1
  readonly node: string
  readonly uptime_s: number
  readonly instances: readonly Explanation[]
}

export interface Explanation
  extends Pick<InstanceStatus, 'name' | 'group' | 'state' | 'since_s' | 'reason' | 'facts'> {
  /** The reason in words. */
  readonly text: string
  readonly priority: number
  readonly waiting_for: GroupStatus['waiting_for']
  readonly standby: GroupStatus['standby']
  /** The next deadline that concerns the instance; null: it waits for an event. */
  readonly next: { readonly timer: string; readonly in_s: number; readonly text: string } | null
  /** What each other router said last. */
  readonly peers: readonly PeerStatus[]
  /** The last changes of state, the newest first. */
  readonly transitions: readonly (HistoryEntry & { readonly text: string })[]
}

const TIMERS: Readonly<Record<string, string>> = {
  advert: 'the next advert is sent',
  address_conflict: 'who else claims a VIP is looked at again',
  active_down: 'without an advert of an active router until then, it falls silent for us',
  flip: 'the kernel is asked again, or is given up waiting for',
  announce: 'the VIPs are announced on, or again',
  link_delay: 'a change of carrier counts from then on',
  startup_hold: 'the group begins to listen as backup',
  fault_retry: 'the group tries again after the kernel refused to open',
  cold_start: 'the startup hold of the better node is no longer waited for',
  failback: 'from then on the group takes over from a router of lower priority',
}

/** Explains one instance, or all. */
export function explain(
  state: DirectorState,
  at: Instant,
  name: string | undefined,
): Explanations | Refusal {
  const meant = state.instances.filter(instance => name === undefined || instance.name === name)
  if (meant.length === 0) {
    const known = state.instances.map(instance => instance.name).join(', ')
    return refusal(
      'unknown_instance',
      'there is no such instance',
      known,
      String(name).slice(0, 40),
    )
  }
  return {
    schema: 1,
    node: state.config.node.name,
    uptime_s: ageOf(state.startedAt, at),
    instances: meant.map(instance => explainOne(state, instance, at)),
  }
}

function explainOne(state: DirectorState, instance: InstanceState, at: Instant): Explanation {
  const status = instanceStatus(state, instance, at)
  const { name, group, since_s, reason, facts, priority, peers, history } = status
  const known = groupStatus(state, item(state.groups, instance.group), at)
  return {
    ...{ name, group, state: status.state, since_s, reason, facts, priority, peers },
    text: textOf(reason),
    waiting_for: known.waiting_for,
    standby: known.standby,
    next: nextOf(deadlineOf(state, instance), at),
    transitions: history
      .slice(-TRANSITIONS_MAX)
      .reverse()
      .map(entry => ({ ...entry, text: textOf(entry.reason) })),
  }
}

// Without the question before a takeover, which changes nothing by itself.
function deadlineOf(state: DirectorState, instance: InstanceState): Deadline | undefined {
  const first = newSoonest()
  offerInstance(instance, first)
  offerGroup(item(state.groups, instance.group), first)
  return found(first)
}

function nextOf(deadline: Deadline | undefined, at: Instant): Explanation['next'] {
  if (deadline === undefined) return null
  const { timer } = deadline
  const in_s = inSeconds(between(at, deadline.at))
  return { timer, in_s, text: TIMERS[timer] ?? timer }
}

const textOf = (reason: string): string =>
  (REASONS as Readonly<Record<string, string>>)[reason] ?? 'the agent has started'
