/** Text for a person: tables and lengths of time. */

/** Columns two spaces apart; the last one is as long as it is. */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
): readonly string[] {
  const all = [head, ...rows]
  const widths = head.map((_, column) => Math.max(...all.map(row => (row[column] ?? '').length)))
  return all.map(row =>
    row
      .map((cell, column) => (column === head.length - 1 ? cell : cell.padEnd(widths[column] ?? 0)))
      .join('  '),
  )
}

/** `3.2s`, `4m07s`, `5h02m`, `12d03h` */
export function duration(length_s: number): string {
  if (length_s < 60) return `${length_s.toFixed(1)}s`
  if (length_s < 3_600) return pair(length_s, 60, 'm', 1, 's')
  if (length_s < 86_400) return pair(length_s, 3_600, 'h', 60, 'm')
  return pair(length_s, 86_400, 'd', 3_600, 'h')
}

function pair(length_s: number, large_s: number, large: string, small_s: number, small: string) {
  const rest = Math.floor((length_s % large_s) / small_s)
  return `${Math.floor(length_s / large_s)}${large}${String(rest).padStart(2, '0')}${small}`
}
