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

/** What something tracked does to its group; the first rule that matches. */
export interface TrackRule {
  readonly id: string
  readonly when: (tracker: TrackerState) => boolean
  /** Keeps the group from being active. */
  readonly blocks?: 'track_unknown' | 'track_down'
  /** Priority that it costs; absent: none. */
  readonly lost?: (tracker: TrackerState) => number
}

const always = () => true

export const trackRules: readonly TrackRule[] = [
  {
    id: 'T1',
    when: ({ weight, down }) => weight === undefined && down === undefined,
    blocks: 'track_unknown',
  },
  {
    id: 'T2',
    when: ({ weight, down }) => weight === undefined && down !== undefined && down !== 0,
    blocks: 'track_down',
  },
  // Until it is known better it counts as down, once.
  { id: 'T3', when: ({ down }) => down === undefined, lost: ({ weight = 0 }) => weight },
  { id: 'T4', when: ({ down }) => down !== 0, lost: ({ weight = 0, down = 0 }) => weight * down },
  { id: 'T5', when: always },
]

/** The priority that is left of the one in the config; the first rule that matches. */
export interface PriorityRule {
  readonly id: string
  readonly when: (priority: number, lost: number) => boolean
  readonly left: (priority: number, lost: number) => number
}

export const priorityRules: readonly PriorityRule[] = [
  { id: 'T6', when: priority => priority === OWNER, left: priority => priority },
  // 0 would say that the router gives up.
  { id: 'T7', when: (priority, lost) => lost >= priority, left: () => 1 },
  { id: 'T8', when: always, left: (priority, lost) => priority - lost },
]

function ruleOf(tracker: TrackerState): TrackRule {
  const rule = trackRules.find(({ when }) => when(tracker))
  if (rule === undefined) throw new Error('no rule of tracking matched')
  return rule
}

/** Why something tracked keeps the group from being active; undefined: nothing does. */
export function whyTracked(group: GroupState): Cause | undefined {
  for (const tracker of group.trackers) {
    const { blocks } = ruleOf(tracker)
    if (blocks !== undefined) return { reason: blocks, facts: { [tracker.kind]: tracker.subject } }
  }
  return undefined
}

/** Priority that the group has lost. */
export const lostPriority = (group: GroupState): number =>
  group.trackers.reduce((sum, tracker) => sum + (ruleOf(tracker).lost?.(tracker) ?? 0), 0)

/** Gives every member the priority that is left to it. */
export function weigh(turn: Turn, group: GroupState): void {
  const lost = lostPriority(group)
  for (const index of group.members) {
    const instance = item(turn.state.instances, index)
    const { priority } = item(turn.state.config.vrrp.instances, index)
    const left = priorityRules.find(({ when }) => when(priority, lost))?.left(priority, lost)
    if (left === undefined) throw new Error('no rule of the priority matched')
    if (instance.router.priority === left) continue
    instance.router = { ...instance.router, priority: left }
    renewFrames(turn, instance)
  }
}
