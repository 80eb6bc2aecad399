import { consoleLine } from './console-line.ts'
import type { EventEntry, EventGap } from './event-types.ts'

/** An event as the console shows it; ends with a line feed. */
export function renderEvent(entry: EventEntry | EventGap): string {
  if ('dropped' in entry) return `${entry.dropped} events were dropped here: too slow a reader\n`
  return `[${entry.at_s.toFixed(6).padStart(12)}] ${consoleLine({ kind: 'note', ...entry })}\n`
}
