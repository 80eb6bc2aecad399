import { labProblem } from './lab-problem.ts'

/** What a console has said, and those who wait for something in it. */
export interface Transcript {
  /** All that was said since the machine was made, at most the last MiB. */
  text(): string
  /** A position from which a later `waitFor` starts to look. */
  mark(): Mark
  append(piece: string): void
  /** Forgets nothing, but fails those who wait, now or later: nothing more is said. */
  end(reason: string): void
  /** That reason, once it has ended. */
  over(): string | undefined
  /**
   * Waits until the pattern is in what was said from `from` on (now, if it is left out).
   *
   * @throws Error when the time is over, with the last lines that were said
   */
  waitFor(pattern: RegExp | string, timeout_ms: number, from?: Mark): Promise<Found>
}

/** Characters since the beginning. */
export type Mark = number

export interface Found {
  readonly match: RegExpExecArray
  /** Just behind what matched. */
  readonly end: Mark
}

const KEPT_CHARACTERS = 1 << 20
const LINES_IN_AN_ERROR = 25

interface Waiting {
  readonly look: () => boolean
  readonly fail: (why: string) => void
}

/** An empty transcript; the name is for error messages. */
export function createTranscript(name: string): Transcript {
  let kept = ''
  let dropped = 0
  let over: string | undefined
  const waiting = new Set<Waiting>()

  const find = (pattern: RegExp | string, from: Mark): Found | undefined => {
    const expression = typeof pattern === 'string' ? new RegExp(quoted(pattern)) : pattern
    const start = Math.max(0, from - dropped)
    const match = new RegExp(expression.source, expression.flags.replace('g', '')).exec(
      kept.slice(start),
    )
    return match === null
      ? undefined
      : { match, end: dropped + start + match.index + match[0].length }
  }

  return {
    text: () => kept,
    mark: () => dropped + kept.length,
    append(piece) {
      kept += piece
      if (kept.length > 2 * KEPT_CHARACTERS) {
        dropped += kept.length - KEPT_CHARACTERS
        kept = kept.slice(-KEPT_CHARACTERS)
      }
      for (const one of waiting) if (one.look()) waiting.delete(one)
    },
    end(reason) {
      over = reason
      for (const one of waiting) one.fail(reason)
      waiting.clear()
    },
    over: () => over,
    waitFor: (pattern, timeout_ms, from = dropped + kept.length) =>
      new Promise((resolve, reject) => {
        const fail = (why: string) => {
          clearTimeout(timer)
          waiting.delete(entry)
          reject(labProblem('lab_console', `${name}: ${why}`, lastLines(kept)))
        }
        const look = () => {
          const found = find(pattern, from)
          if (found === undefined) return false
          clearTimeout(timer)
          resolve(found)
          return true
        }
        const entry: Waiting = { look, fail }
        const timer = setTimeout(
          () => fail(`${pattern} did not come within ${timeout_ms} ms; it last said:`),
          timeout_ms,
        )
        if (look()) return
        if (over === undefined) waiting.add(entry)
        else fail(over)
      }),
  }
}

function lastLines(text: string): string {
  return text
    .split('\n')
    .slice(-LINES_IN_AN_ERROR)
    .map(line => `    ${line.trimEnd()}`)
    .join('\n')
}

function quoted(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
}
