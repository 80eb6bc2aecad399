/** What else must be in order on this node for a group to be active: links, addresses, scripts. */

import type { TrackConfig } from '../../model/node-config.ts'
import { item } from '../never.ts'
import type { Turn } from '../state.ts'
import { renewFrames } from './frames.ts'
import type { Cause, GroupState, TrackerState } from './state.ts'

/** Priority 255 is that of the owner of the addresses and never changes, RFC 9568 5.2.4. */
const OWNER = 255

/** The state of what a group tracks, before anything is known of it. */
export const newTrackers = (track: readonly TrackConfig[] = []): readonly TrackerState[] =>
  track.map(({ kind, subject, weight }) => ({ kind, subject, weight, down: undefined }))

/** Why something tracked keeps the group from being active; undefined: nothing does. */
export function whyTracked(group: GroupState): Cause | undefined {
  for (const tracker of group.trackers) {
    if (tracker.weight !== undefined || tracker.down === 0) continue
    const reason = tracker.down === undefined ? 'track_unknown' : 'track_down'
    return { reason, facts: { [tracker.kind]: tracker.subject } }
  }
  return undefined
}

/** Priority that the group has lost; what is not known yet counts as down. */
export const lostPriority = (group: GroupState): number =>
  group.trackers.reduce((sum, { weight = 0, down = 1 }) => sum + weight * down, 0)

/** Gives every member the priority that is left to it, never less than 1. */
export function weigh(turn: Turn, group: GroupState): void {
  const lost = lostPriority(group)
  for (const index of group.members) {
    const instance = item(turn.state.instances, index)
    const { priority } = item(turn.state.config.vrrp.instances, index)
    const left = priority === OWNER ? OWNER : Math.max(1, priority - lost)
    if (instance.router.priority === left) continue
    Object.assign(instance.router, { priority: left })
    renewFrames(turn, instance)
  }
}
