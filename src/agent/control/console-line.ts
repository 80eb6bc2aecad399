import type { Note } from '../machine.ts'

/**
 * A log entry as the console shows it, without time and program name: `front active
 * (down_timer_expired)` for a change of role, `listening`, else the entry with its evidence.
 */
export function consoleLine(note: Note): string {
  if (note.reason === 'listening') return 'listening'
  const { to } = note.facts ?? {}
  const facts = Object.entries(note.facts ?? {}).filter(
    ([name]) => name !== 'from' && name !== 'to',
  )
  const evidence = facts.map(([name, value]) => ` ${name}=${value}`).join('')
  if (to !== undefined) return `${note.subject} ${to} (${note.reason})${evidence}`
  const level = note.level === 'info' ? '' : `${note.level}: `
  return `${level}${note.subject} ${note.reason}${evidence}`
}
