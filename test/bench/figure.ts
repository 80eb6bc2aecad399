/** One thing that is measured, with what it is held against. Smaller is better for all of them. */
export interface Figure {
  /** The number of the issue that promised it. */
  readonly issue: number
  readonly figure: string
  readonly unit: string
  readonly ours: number
  /** What the peer needs for the same, in the same run; absent: there is none to measure. */
  readonly peer?: { readonly name: string; readonly value: number }
  /** The most that was promised. */
  readonly bar: number
}

/** A figure as a program reads it. Without a peer the promised limit stands in its place. */
export interface Line {
  readonly issue: number
  readonly figure: string
  readonly unit: string
  readonly ours: number
  readonly peer: number
  readonly peerName: string
  /** Ours by the peer's: below 1 is better than the peer. */
  readonly ratio: number
  readonly bar: number
  readonly holds: boolean
}

/** Some figures that are measured together. `name` is what `--only` looks for. */
export interface Topic {
  readonly name: string
  /** Words of its figures, so that `--only` finds them before anything is measured. */
  readonly figures: readonly string[]
  measure(): Promise<readonly Figure[]>
}

/** Holds a figure against its bar and its peer. */
export function judge({ issue, figure, unit, ours, peer, bar }: Figure): Line {
  const against = peer?.value ?? bar
  return {
    issue,
    figure,
    unit,
    ours: rounded(ours),
    peer: rounded(against),
    peerName: peer?.name ?? 'limit',
    ratio: rounded(ours / against),
    bar,
    holds: ours <= bar,
  }
}

/** The lines as a table for a person. */
export function renderLines(lines: readonly Line[]): string {
  const rows = [
    ['', 'figure', 'ours', 'limit', 'unit', 'against', 'ratio'],
    ...lines.map(line => [
      line.holds ? 'ok' : 'MISSED',
      line.figure,
      String(line.ours),
      String(line.bar),
      line.unit,
      line.peerName === 'limit' ? 'the limit' : `${line.peerName} ${line.peer}`,
      String(line.ratio),
    ]),
  ]
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map(row => row[column]?.length ?? 0)))
  return rows
    .map(row =>
      row
        .map((cell, column) => cell.padEnd(widths?.[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

// Four digits say all that a measurement on one machine can.
function rounded(value: number): number {
  return Number(value.toPrecision(4))
}
