/** Claims, grants and the fencing hook: what lies between a ruling and a change. */

import { newTicket, note, type Turn } from '../state.ts'
import { after, milliseconds } from '../units.ts'
import { membersOf } from '../vrrp/group.ts'
import type { GroupState } from '../vrrp/state.ts'
import type { Cause } from '../wire/heartbeat-body.ts'
import { isPeerAlive, reportOf } from './observe.ts'
import { GRANT_HOLD, type GroupArbiter, nextTerm } from './state.ts'
import { hasClaimed } from './terms.ts'

/** Asks the peer in a new term. */
export function makeClaim({ at }: Turn, arbiter: GroupArbiter, cause: Cause): void {
  arbiter.term = nextTerm(arbiter.term)
  arbiter.claim = { cause, term: arbiter.term, at }
}

/** Lets the peer take over; not before our own VIPs were seen closed. */
export function grantIfAsked(turn: Turn, group: GroupState, arbiter: GroupArbiter): void {
  const { state, at } = turn
  const report = isPeerAlive(state) ? reportOf(state, group.index) : undefined
  if (report === undefined || !hasClaimed(arbiter, report)) return
  if (arbiter.grant?.term === report.term) return
  if (!membersOf(turn, group).every(({ vips }) => vips.is === 'closed')) return
  arbiter.grant = { term: report.term, until: after(at, GRANT_HOLD) }
  arbiter.granting = true
  arbiter.term = report.term
}

/** The group is taken: whatever was asked and promised is over. */
export function settle(arbiter: GroupArbiter): void {
  if (arbiter.claim === undefined) arbiter.term = nextTerm(arbiter.term)
  arbiter.claim = undefined
  arbiter.granting = false
  arbiter.wantedUntil = undefined
  arbiter.fencing = undefined
  arbiter.betterReports = 0
}

/** Runs the fencing hook. */
export function fence(turn: Turn, arbiter: GroupArbiter): void {
  const { fencing } = turn.state.config.arbitration ?? {}
  if (fencing === undefined) return
  const ticket = newTicket(turn.state, FENCING_SLOT)
  arbiter.fencing = { ticket, state: 'running' }
  turn.effects.push({ kind: 'fence', ticket, timeout: milliseconds(fencing.timeout_ms) })
}

/** The slot of a ticket for the fencing hook: above any instance. */
export const FENCING_SLOT = 4_095

/** The fencing hook has ended. */
export function onFenced(turn: Turn, ticket: number, errno: number): void {
  turn.state.arbiter.groups.forEach((arbiter, index) => {
    if (arbiter.fencing?.ticket !== ticket) return
    const isDone = errno === 0
    arbiter.fencing = { ticket, state: isDone ? 'done' : 'failed' }
    const name = turn.state.groups[index]?.name ?? ''
    if (isDone) note(turn, 'warning', 'fenced', name)
    else note(turn, 'alarm', 'fencing_failed', name, { errno })
  })
}
