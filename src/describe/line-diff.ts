/** Which lines differ between two texts, and what may be shown of it. */
export interface LineDiffOptions {
  /** More lines than this are counted, not shown. */
  readonly linesMax: number
}

// What the table of the comparison may hold; beyond it only the beginning and the end are told.
const CELLS_MAX = 4_000_000

const LINE_MAX = 160

const MAY_BE_SECRET =
  /PRIVATE KEY|\$(?:1|5|6|y|2[aby])\$|passw(?:or)?d|secret|token|psk|ssh-(?:rsa|ed25519)-cert|^[A-Za-z0-9+/]{40,}={0,2}$/i

/** The lines that only one of two texts has, with `-` and `+` in front, in their order. */
export function lineDiff(first: string, second: string, { linesMax }: LineDiffOptions): string[] {
  const [left, right] = [first.split('\n'), second.split('\n')]
  let same = 0
  while (same < left.length && same < right.length && left[same] === right[same]) same += 1
  let tail = 0
  const room = Math.min(left.length, right.length) - same
  while (tail < room && left.at(-1 - tail) === right.at(-1 - tail)) tail += 1
  const old = left.slice(same, left.length - tail)
  const young = right.slice(same, right.length - tail)
  const lines =
    old.length * young.length > CELLS_MAX
      ? [...old.map(line => `-${line}`), ...young.map(line => `+${line}`)]
      : changes(old, young)
  const shown = lines.slice(0, linesMax).map(hideSecret)
  return lines.length > linesMax ? [...shown, `(${lines.length - linesMax} more lines)`] : shown
}

/** A line that looks as if it held a secret is not shown. */
function hideSecret(line: string): string {
  const text = line.slice(1)
  if (MAY_BE_SECRET.test(text)) return `${line[0]}(a line that may hold a secret)`
  return line.length > LINE_MAX ? `${line.slice(0, LINE_MAX)}…` : line
}

/** By the longest list of lines that both have. */
function changes(old: readonly string[], young: readonly string[]): string[] {
  const width = young.length + 1
  const common = new Uint32Array((old.length + 1) * width)
  const at = (row: number, column: number) => common[row * width + column] ?? 0
  for (let row = old.length - 1; row >= 0; row -= 1) {
    for (let column = young.length - 1; column >= 0; column -= 1) {
      common[row * width + column] =
        old[row] === young[column]
          ? at(row + 1, column + 1) + 1
          : Math.max(at(row + 1, column), at(row, column + 1))
    }
  }
  const lines: string[] = []
  let [row, column] = [0, 0]
  while (row < old.length || column < young.length) {
    if (row < old.length && column < young.length && old[row] === young[column]) {
      row += 1
      column += 1
    } else if (
      column >= young.length ||
      (row < old.length && at(row + 1, column) >= at(row, column + 1))
    ) {
      lines.push(`-${old[row]}`)
      row += 1
    } else {
      lines.push(`+${young[column]}`)
      column += 1
    }
  }
  return lines
}
