/**
 * The operator's order to stay backup, by what VRRP alone can do.
 *
 * Handing over ends with another active router being heard. Should nobody take over within
 * Active_Down_Interval, the group takes its VIPs back: an order must not end the service.
 */

import { item } from '../never.ts'
import type { Reason } from '../reasons.ts'
import { note, type Turn } from '../state.ts'
import { formatAddress } from '../wire/address.ts'
import { reviewFailback } from './failback.ts'
import { type Cause, listenAnew, membersOf, standDown } from './group.ts'
import { activePeers, lastHeard, lastWord } from './peers.ts'
import type { Heard } from './router.ts'
import type { GroupState } from './state.ts'

/** What becomes of an order: `begun`, `unchanged` (it is so already) or `refused`. */
export interface Ruling extends Cause {
  readonly outcome: 'begun' | 'unchanged' | 'refused'
}

/**
 * Whether the group may stand by. Refused while nobody else is known who could be active, since
 * the VIPs would belong to nobody; `force` says that this is wanted.
 */
export function judgeStandby(turn: Turn, group: GroupState, force: boolean): Ruling {
  if (turn.state.phase === 'stopping') return refused('stopping')
  const owner = membersOf(turn, group).find(({ router }) => router.priority === 255)
  if (owner !== undefined) return refused('address_owner', { instance: owner.name })
  if (group.standby === 'held' || (group.standby === 'handing_over' && !force)) {
    return { outcome: 'unchanged', reason: 'in_standby', facts: {} }
  }
  return group.role === 'active' ? judgeHandOver(turn, group, force) : judgeHold(turn, group, force)
}

/** Begins what `judgeStandby` allowed. */
export function beginStandby(
  turn: Turn,
  group: GroupState,
  force: boolean,
  { facts }: Ruling,
): void {
  const cause = { reason: 'operator_standby', facts: { ...facts, force } } as const
  const wasActive = group.role === 'active'
  for (const instance of membersOf(turn, group)) {
    Object.assign(instance.router, { preempt: false })
  }
  setStandby(turn, group, wasActive && !force ? 'handing_over' : 'held')
  if (wasActive) standDown(turn, group, cause)
  else note(turn, 'info', cause.reason, group.name, cause.facts)
}

/** Sets what is ordered; which groups are held outlives the agent, so that it starts held again. */
export function setStandby(turn: Turn, group: GroupState, standby: GroupState['standby']): void {
  const wasHeld = group.standby === 'held'
  group.standby = standby
  if (wasHeld === (standby === 'held')) return
  const held = turn.state.groups.filter(each => each.standby === 'held').map(({ name }) => name)
  turn.effects.push({ kind: 'remember', held })
}

/** Whether standby can be ended. */
export const judgeJoin = (group: GroupState): Ruling =>
  group.standby === undefined
    ? { outcome: 'unchanged', reason: 'not_in_standby', facts: {} }
    : { outcome: 'begun', reason: 'operator_join', facts: {} }

/** Ends standby: the group listens once more for Active_Down_Interval, then the rules decide. */
export function beginJoin(turn: Turn, group: GroupState): void {
  endStandby(turn, group)
  note(turn, 'info', 'operator_join', group.name)
  if (group.role !== 'backup') return
  for (const instance of membersOf(turn, group)) {
    if (instance.router.downAt === undefined) listenAnew(turn, instance)
  }
}

/** An active router was heard while the group is backup: who was to take over has done so. */
export function completeStandby(turn: Turn, group: GroupState, heard: Heard): void {
  if (group.standby !== 'handing_over') return
  setStandby(turn, group, 'held')
  const facts = { peer: formatAddress(heard.source), peer_priority: heard.priority }
  note(turn, 'info', 'handed_over', group.name, facts)
}

/**
 * No member hears an active router any more. Undefined: no order stands against taking over;
 * `stay`: held; `standby_unanswered`: nobody took over, so the group takes its VIPs back.
 */
export function standbyInSilence(
  turn: Turn,
  group: GroupState,
): 'stay' | 'standby_unanswered' | undefined {
  if (group.standby === undefined) return undefined
  if (group.standby === 'held') {
    note(turn, 'alarm', 'standby_without_active', group.name)
    return 'stay'
  }
  endStandby(turn, group)
  return 'standby_unanswered'
}

// A backup is silent by the RFC, so that it was ever heard is all that can be asked for.
function judgeHandOver(turn: Turn, group: GroupState, force: boolean): Ruling {
  const members = membersOf(turn, group)
  const deaf = members.find(instance => lastHeard(instance) === undefined)
  if (deaf !== undefined && !force) return refused('no_router_heard', { instance: deaf.name })
  const first = item(members, 0)
  return { outcome: 'begun', reason: 'operator_standby', facts: lastWord(first, turn.at) }
}

function judgeHold(turn: Turn, group: GroupState, force: boolean): Ruling {
  const hearing = membersOf(turn, group).find(member => activePeers(member, turn.at).length > 0)
  if (hearing === undefined && group.standby === undefined && !force) {
    return refused('no_active_heard')
  }
  const facts = hearing === undefined ? {} : lastWord(hearing, turn.at)
  return { outcome: 'begun', reason: 'already_backup', facts }
}

/** Forgets the order; failback is again as the config has it. */
export function endStandby(turn: Turn, group: GroupState): void {
  setStandby(turn, group, undefined)
  reviewFailback(turn, group)
}

const refused = (reason: Reason, facts: Cause['facts'] = {}): Ruling => ({
  outcome: 'refused',
  reason,
  facts,
})
