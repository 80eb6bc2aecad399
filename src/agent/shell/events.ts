import type { EventEntry, EventPage } from '../control/event-types.ts'
import type { Note } from '../machine.ts'
import type { Instant } from '../units.ts'

/** Events kept for who asks later. */
export const EVENTS_MAX = 256

/** What happened last, and who is told of what happens next. */
export interface EventLog {
  add(at: Instant, note: Note): void
  page(): EventPage
  /** Calls `tell` with each new event; the result ends that. */
  follow(tell: (entry: EventEntry) => void): () => void
}

/** An empty log. */
export function openEvents(): EventLog {
  const kept: EventEntry[] = []
  const followers = new Set<(entry: EventEntry) => void>()
  let seq = 0
  return {
    add(at, note) {
      seq += 1
      const entry = asEntry(seq, at, note)
      if (kept.length === EVENTS_MAX) kept.shift()
      kept.push(entry)
      for (const tell of followers) tell(entry)
    },
    page: () => ({ schema: 1, lost: seq - kept.length, events: [...kept] }),
    follow(tell) {
      followers.add(tell)
      return () => followers.delete(tell)
    },
  }
}

const asEntry = (seq: number, at: Instant, note: Note): EventEntry => ({
  seq,
  at_s: at / 1_000_000,
  level: note.level,
  reason: note.reason,
  subject: note.subject,
  facts: note.facts ?? {},
})
