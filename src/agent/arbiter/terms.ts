/** What a claim and a grant of the peer are worth: each has a term, and may have been read late. */

import { between, type Instant, isDue } from '../units.ts'
import { CAUSES, type Cause, type GroupReport } from '../wire/heartbeat-body.ts'
import { CLAIM_MAX, type GroupArbiter, isNewer } from './state.ts'

/** Whether the peer grants our claim, in its term and in time. */
export function isGranted(
  arbiter: GroupArbiter,
  report: GroupReport | undefined,
  at: Instant,
): boolean {
  const { claim } = arbiter
  if (claim === undefined || report === undefined || !report.grants) return false
  return report.term === claim.term && report.isClosed && between(claim.at, at) < CLAIM_MAX
}

/**
 * What the peer claims for; undefined: nothing. A term is granted once: a claim that outlived its
 * grant was read late.
 */
export function peerClaim(
  arbiter: GroupArbiter,
  report: GroupReport | undefined,
  at: Instant,
): Cause | undefined {
  const { grant } = arbiter
  if (report === undefined || !hasClaimed(arbiter, report)) return undefined
  if (grant?.term === report.term && isDue(grant.until, at)) return undefined
  return CAUSE_NAMES[report.cause]
}

/**
 * Whether the peer claims, in a term that counts. A claim in an older one than ours was read late:
 * with it our own next claim would be in a term that the peer granted long ago.
 */
export const hasClaimed = ({ term }: GroupArbiter, report: GroupReport): boolean =>
  report.claims && !isNewer(term, report.term)

const CAUSE_NAMES: Readonly<Record<number, Cause | undefined>> = Object.fromEntries(
  Object.entries(CAUSES).map(([name, code]) => [code, name as Cause]),
)
