/** Something that is not as the node needs it, said so that a person at the console can act. */
export interface Complaint {
  /** `refuse`: the node does not serve. `warn`: it serves all the same. */
  readonly severity: 'refuse' | 'warn'
  /** A stable name for tests, for example `interface_absent`. */
  readonly code: string
  /** One sentence without a full stop. */
  readonly message: string
  readonly expected?: string
  readonly found?: string
  /** What to do about it. */
  readonly remedy: string
}

/** The lines that the console shows. */
export function renderComplaint(complaint: Complaint): readonly string[] {
  const kind = complaint.severity === 'refuse' ? 'error' : 'warning'
  const lines = [`director-setup: ${kind}: ${complaint.message}`]
  if (complaint.expected !== undefined) lines.push(`  expected: ${complaint.expected}`)
  if (complaint.found !== undefined) lines.push(`  found:    ${complaint.found}`)
  lines.push(`  to do:    ${complaint.remedy}`)
  return lines
}
