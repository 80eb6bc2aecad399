/** Whether the peer says anything new to the arbitration. */

import type { Beat, GroupReport } from '../wire/heartbeat-body.ts'

/**
 * Whether two reports say the same of the node and its groups, however old what it has heard is
 * and however late its loop was.
 */
export function saySame(left: Beat | undefined, right: Beat | undefined): boolean {
  if (left === undefined || right === undefined) return left === right
  const isSameNode =
    left.node.isStopping === right.node.isStopping &&
    left.node.digest === right.node.digest &&
    left.node.reach === right.node.reach &&
    left.node.reach_of === right.node.reach_of
  if (!isSameNode || left.groups.length !== right.groups.length) return false
  for (let at = 0; at < left.groups.length; at += 1) {
    const [mine, other] = [left.groups[at], right.groups[at]]
    if (mine === undefined || other === undefined || !isSameGroup(mine, other)) return false
  }
  return true
}

const isSameGroup = (left: GroupReport, right: GroupReport) =>
  left.index === right.index &&
  left.role === right.role &&
  left.isClosed === right.isClosed &&
  left.canTake === right.canTake &&
  left.claims === right.claims &&
  left.grants === right.grants &&
  left.offers === right.offers &&
  left.isInhibited === right.isInhibited &&
  left.cause === right.cause &&
  left.term === right.term &&
  left.priority === right.priority
