import type { Note } from '../machine.ts'

/**
 * A note as a line of the console, without its time.
 *
 * Operators and tests wait for two of them: `directord: listening` and
 * `directord: <instance> active|backup (<reason>)`.
 */
export function noteLine({ level, reason, subject, facts = {} }: Note): string {
  const entries = Object.entries(facts)
  if (reason === 'listening') return 'directord: listening'
  const to = facts.to
  if (typeof to === 'string') {
    const rest = entries.filter(([name]) => name !== 'to' && name !== 'from')
    return `directord: ${subject} ${to} (${reason})${listed(rest)}`
  }
  const mark = level === 'info' ? '' : `${level}: `
  return `directord: ${mark}${subject}: ${reason}${listed(entries)}`
}

const listed = (entries: readonly (readonly [string, unknown])[]): string =>
  entries.map(([name, value]) => ` ${name}=${value}`).join('')
