/** What the arbitration remembers of each group. Plain data. */

import type { Ticket } from '../machine.ts'
import type { Reason } from '../reasons.ts'
import { type Instant, milliseconds } from '../units.ts'
import type { Beat, Cause } from '../wire/heartbeat-body.ts'

/** An unanswered claim is void after this, so that a grant that was read late opens nothing. */
export const CLAIM_MAX = milliseconds(700)
/** Who granted a term does not take over for this long: longer than the claim can live. */
export const GRANT_HOLD = milliseconds(1_000)
/** An operator's order that cannot be carried out by then is given up. */
export const ORDER_MAX = milliseconds(3_000)
/** The peer must reach more than we in so many reports in a row, and we less than it. */
export const REPORTS_MIN = 2

export interface ArbiterState {
  readonly groups: readonly GroupArbiter[]
  /** The peer's report by which the groups were judged last; undefined: by none. */
  judged: Beat | undefined
  judgedAt: Instant
}

export interface GroupArbiter {
  /** The newest term seen or used. */
  term: number
  claim: Claim | undefined
  /** The last one given; `granting` while it binds us. */
  grant: Grant | undefined
  granting: boolean
  /** The operator wants the peer to take over: until then. */
  offerUntil: Instant | undefined
  /** The operator wants this node to take over: until then. */
  wantedUntil: Instant | undefined
  canTake: boolean
  /** The other node was active as well, or may have been: who stays so announces again. */
  contested: boolean
  /** Nobody was known to be active since the start. */
  cold: boolean
  /** After a cold start the peer's startup hold is waited for until then. */
  coldUntil: Instant | undefined
  /** Reports in a row in which the peer reaches less than we do. */
  betterReports: number
  /** Reports in a row, half an interval apart, by which the peer hears nothing of us. */
  deafReports: number
  /** When the last one of them was counted. */
  deafAt: Instant
  /** When VRRP fell silent, from which a stranger can hold us. */
  silentAt: Instant | undefined
  heldUntil: Instant | undefined
  /** Every path is silent: when the VIPs are asked for again, or have had their time to answer. */
  askAt: Instant | undefined
  /** Every path is silent: until then a peer that is only stalled may not be closed yet. */
  servesUntil: Instant | undefined
  /** When time alone changes the view of it next. */
  agesAt: Instant | undefined
  fencing: { ticket: Ticket; state: 'running' | 'done' | 'failed' } | undefined
  /** The last ruling: why the group is as it is. */
  ruling: { readonly id: string; readonly reason: Reason; readonly at: Instant }
  /** What the last frames said of the group, packed: a change is said at once. */
  said: number
}

export interface Claim {
  readonly cause: Cause
  readonly term: number
  readonly at: Instant
}

export interface Grant {
  readonly term: number
  readonly until: Instant
}

export const newArbiter = (groups: number, at: Instant): ArbiterState => ({
  judged: undefined,
  judgedAt: at,
  groups: Array.from({ length: groups }, () => ({
    term: 0,
    claim: undefined,
    grant: undefined,
    granting: false,
    canTake: false,
    contested: false,
    cold: true,
    coldUntil: undefined,
    offerUntil: undefined,
    wantedUntil: undefined,
    fencing: undefined,
    silentAt: undefined,
    heldUntil: undefined,
    askAt: undefined,
    servesUntil: undefined,
    agesAt: undefined,
    betterReports: 0,
    deafReports: 0,
    deafAt: at,
    ruling: { id: 'start', reason: 'loading', at },
    said: -1,
  })),
})

/** Terms are 16 bits and go round: whether the first is newer, RFC 1982. */
export const isNewer = (left: number, right: number) =>
  left !== right && ((left - right) & 0xffff) < 0x8000
export const nextTerm = (term: number) => (term + 1) & 0xffff
