const TEXT_MAX = 60

/** A value as a problem shows it: one line, cut, control characters escaped. */
export function quote(value: unknown): string {
  if (value === null || value === undefined) return 'nothing'
  if (Array.isArray(value)) return `a list of ${value.length}`
  if (typeof value === 'object') return `a mapping of ${Object.keys(value).length} keys`
  if (typeof value !== 'string') return String(value)
  return JSON.stringify(value.length > TEXT_MAX ? `${value.slice(0, TEXT_MAX)}…` : value)
}
