/** The operator's orders to a group: stand by, take over, take part again. */

import {
  beginGuardedStandby,
  beginGuardedTakeover,
  beginHold,
  judgeGuardedStandby,
  judgeGuardedTakeover,
  judgeHold,
} from '../arbiter/orders.ts'
import type { Reason } from '../reasons.ts'
import { REASONS } from '../reasons.ts'
import type { Turn } from '../state.ts'
import { beginJoin, beginStandby, judgeJoin, judgeStandby, type Ruling } from '../vrrp/standby.ts'
import type { GroupState } from '../vrrp/state.ts'
import { beginTakeover, judgeTakeover } from '../vrrp/takeover.ts'
import { type Refusal, refusal } from './refusal.ts'
import type { Facts, InstanceState } from './status-types.ts'
import { groupState } from './status-vrrp.ts'

export type OrderName = 'standby' | 'takeover' | 'join' | 'hold'

/** The answer to an order, as order.schema.json describes it. */
export interface OrderAnswer {
  readonly schema: 1
  readonly order: OrderName
  readonly node: string
  /** False: nothing was begun, for no group. */
  readonly accepted: boolean
  readonly groups: readonly GroupRuling[]
}

export interface GroupRuling {
  readonly group: string
  readonly outcome: Ruling['outcome']
  readonly reason: Reason
  /** The reason in words. */
  readonly text: string
  readonly facts: Facts
  /** What the operator can do about a refusal. */
  readonly remedy: string | null
  /** After the order was begun. */
  readonly state: InstanceState
}

/** Judges an order for one group or for all, and begins it if it is refused for none. */
export function giveOrder(
  turn: Turn,
  order: OrderName,
  name: string | undefined,
  force: boolean,
): OrderAnswer | Refusal {
  const { groups, config } = turn.state
  const meant = groups.filter(group => name === undefined || group.name === name)
  if (meant.length === 0) {
    const known = groups.map(group => group.name).join(', ')
    return refusal('unknown_group', 'there is no such group', known, String(name).slice(0, 40))
  }
  const rulings = meant.map(group => ({ group, ruling: judge(turn, order, group, force) }))
  const accepted = rulings.every(({ ruling }) => ruling.outcome !== 'refused')
  for (const { group, ruling } of rulings) {
    if (accepted && ruling.outcome === 'begun') begin(turn, order, group, force, ruling)
  }
  const answers = rulings.map(({ group, ruling }) => show(turn, order, group, ruling))
  return { schema: 1, order, node: config.node.name, accepted, groups: answers }
}

function judge(turn: Turn, order: OrderName, group: GroupState, force: boolean): Ruling {
  switch (order) {
    case 'standby':
      if (group.guarded) return judgeGuardedStandby(turn, group, force)
      return judgeStandby(turn, group, force)
    case 'takeover':
      if (group.guarded) return judgeGuardedTakeover(turn, group, force)
      return judgeTakeover(turn, group)
    case 'hold':
      return judgeHold(turn, group)
    default:
      return judgeJoin(group)
  }
}

function begin(
  turn: Turn,
  order: OrderName,
  group: GroupState,
  force: boolean,
  ruling: Ruling,
): void {
  const { guarded } = group
  if (order === 'hold') beginHold(turn, group)
  else if (order === 'join') beginJoin(turn, group)
  else if (order === 'standby') {
    if (guarded) beginGuardedStandby(turn, group, force, ruling)
    else beginStandby(turn, group, force, ruling)
  } else if (guarded) beginGuardedTakeover(turn, group)
  else beginTakeover(turn, group)
}

function show(turn: Turn, order: OrderName, group: GroupState, ruling: Ruling): GroupRuling {
  const { outcome, reason, facts } = ruling
  return {
    group: group.name,
    outcome,
    reason,
    text: REASONS[reason],
    facts,
    remedy: outcome === 'refused' ? remedyOf(order, group, reason) : null,
    state: groupState(turn.state, group),
  }
}

const ON_THE_ACTIVE = '`directorctl standby` on the active node hands over without an overlap'

const WOULD_COME_BACK =
  '`directorctl standby` on the active node hands over until `join` there; --force if it may come back'

function remedyOf(order: OrderName, { name }: GroupState, reason: Reason): string | null {
  if (reason === 'in_standby') return `\`directorctl join ${name}\`, then again`
  if (reason === 'priority_too_low' || reason === 'heard_in_part') return ON_THE_ACTIVE
  if (reason === 'peer_fails_back' || reason === 'peer_reaches_more') return WOULD_COME_BACK
  if (reason === 'peer_silent') {
    return 'repair a path of the heartbeat (`directorctl paths`), or add --force if you know how the other node is'
  }
  if (reason === 'peer_cannot_take') {
    return '`directorctl explain` on the other node says what holds it; --force if nobody shall own the VIPs'
  }
  if (reason === 'already_active' && order === 'hold')
    return '`directorctl standby` hands over first'
  if (reason === 'no_router_heard') {
    return 'look at the other node: if it is ready, or nobody shall own the VIPs, add --force'
  }
  if (reason !== 'no_active_heard') return null
  return order === 'standby'
    ? 'if nobody shall own the VIPs, add --force'
    : 'none is needed: the group takes over by itself when Active_Down_Timer ends'
}
