/** One line at the bottom of a terminal that is rewritten in place, with plain lines above it. */
export interface LiveLine {
  /** Whether lines can be rewritten here: a terminal, not a file, a pipe or a dumb terminal. */
  readonly isLive: boolean
  /** Shows this text until the next call; nothing where lines cannot be rewritten. */
  show(text: string): void
  /** Writes a line that stays, above the live one. */
  print(line: string): void
}

const CLEAR_LINE = '\r\u001b[K'

/** The live line of a stream. `environment` says what the terminal can: TERM. */
export function liveLine(output: NodeJS.WriteStream, environment = process.env): LiveLine {
  const isLive = output.isTTY === true && environment.TERM !== 'dumb'
  let shown = ''
  const show = (text: string) => {
    // A line that wraps could not be cleared again.
    const fitting = text.slice(0, Math.max(0, (output.columns ?? 80) - 1))
    if (!isLive || fitting === shown) return
    output.write(`${CLEAR_LINE}${fitting}`)
    shown = fitting
  }
  return {
    isLive,
    show,
    print(line) {
      const below = shown
      show('')
      output.write(`${line}\n`)
      show(below)
    },
  }
}

/** Wraps text in a colour, or not where NO_COLOR is set or the stream is no terminal. */
export function paint(
  output: NodeJS.WriteStream,
  environment = process.env,
): (text: string, colour: 'green' | 'red') => string {
  const isColoured =
    output.isTTY === true && (environment.NO_COLOR ?? '') === '' && environment.TERM !== 'dumb'
  const codes = { green: 32, red: 31 }
  return (text, colour) => (isColoured ? `\u001b[${codes[colour]}m${text}\u001b[39m` : text)
}
