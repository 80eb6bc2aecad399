/** Something that a group tracks is in order again, or is not. */

import { note, type Turn } from '../state.ts'
import { reviewGroup } from './group.ts'
import type { GroupState, TrackerState } from './state.ts'
import { lostPriority, weigh } from './track.ts'

/** Takes how much is wrong with something tracked: 0 nothing, else it is down. */
export function onTracked(turn: Turn, name: string, index: number, down: number): void {
  const group = turn.state.groups.find(each => each.name === name)
  const tracker = group?.trackers[index]
  if (group === undefined || tracker === undefined || tracker.down === down) return
  const known = tracker.down
  tracker.down = down
  if (known !== undefined || down > 0) sayTracked(turn, group, tracker, known ?? 0)
  weigh(turn, group)
  reviewGroup(turn, group)
}

/** A link has settled: for the groups that track it. */
export function trackLink(turn: Turn, link: string, up: boolean): void {
  for (const group of turn.state.groups) {
    for (const [index, { kind, subject }] of group.trackers.entries()) {
      if (kind === 'link' && subject === link) onTracked(turn, group.name, index, up ? 0 : 1)
    }
  }
}

function sayTracked(turn: Turn, group: GroupState, tracker: TrackerState, before: number): void {
  const { kind, subject, weight, down } = tracker
  const facts = { [kind]: subject, ...(kind === 'file' ? { number: down ?? 0, before } : {}) }
  if (down === 0) note(turn, 'info', 'track_up', group.name, facts)
  else {
    const level = weight === undefined ? 'alarm' : 'warning'
    const cost = weight === undefined ? {} : { priority_lost: lostPriority(group) }
    note(turn, level, 'track_down', group.name, { ...facts, ...cost })
  }
}
