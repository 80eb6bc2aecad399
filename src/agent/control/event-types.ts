/** The event stream, as docs/status.md and events.schema.json describe it. */

import type { Note } from '../machine.ts'
import type { Facts } from './status-types.ts'

/** The answer to `events`: what is kept, the oldest first. */
export interface EventPage {
  readonly schema: 1
  /** Older ones that are no longer kept. */
  readonly lost: number
  readonly events: readonly EventEntry[]
}

export interface EventEntry {
  /** Counts from 1 since the agent started; a gap is a loss. */
  readonly seq: number
  /** Since the boot, with microseconds. */
  readonly at_s: number
  readonly level: Note['level']
  readonly reason: string
  readonly subject: string
  readonly facts: Facts
}

/** In place of the events that a follower was too slow to take. */
export interface EventGap {
  readonly dropped: number
}
