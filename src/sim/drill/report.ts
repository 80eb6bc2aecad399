/** A drill as a table for a person. */

import type { Duration } from '../../agent/units.ts'
import { between } from '../../agent/units.ts'
import type { DrillResult, DrillVerdict } from './drill.ts'

const WORDS: Readonly<Record<DrillVerdict, string>> = {
  held: 'held',
  exposed: 'EXPOSED',
  failed: 'FAILED',
  not_tried: 'not tried',
}

const inMilliseconds = (length: Duration) =>
  length < 10_000 ? `${(length / 1_000).toFixed(1)} ms` : `${Math.round(length / 1_000)} ms`

/** Who answered for the first instance, one after the other: `lb1, nobody, lb2`. */
function ownersOf({ history, begin }: DrillResult): string {
  const [spans = []] = history.values()
  const first = Math.max(
    0,
    spans.findLastIndex(({ at }) => at < begin),
  )
  const named = spans.slice(first).map(({ owners }) => owners.join('+') || 'nobody')
  return named.length > 5 ? `${named.slice(0, 4).join(', ')} ...` : named.join(', ')
}

/** One line a case, as `REPORT_HEAD` says; below it who owned what and when, or why not. */
export function renderCase(result: DrillResult): string {
  const { verdict, name, title, expected, outage, outage_max, overlap, why } = result
  const measured =
    verdict === 'not_tried'
      ? ['', '']
      : [inMilliseconds(outage), outage_max === 0 ? 'none' : inMilliseconds(outage_max)]
  const [found = '', limit = ''] = measured
  const isTried = verdict !== 'not_tried'
  const owner = isTried ? expected || 'any' : ''
  const owners = isTried ? ownersOf(result) : ''
  const measures = `${found.padStart(10)} ${limit.padStart(10)}`
  const who = `${owner.padEnd(9)} ${owners.padEnd(24)}`
  const head = `${WORDS[verdict].padEnd(9)} ${measures}  ${who} ${name.padEnd(18)} ${title}`
  const lines = [head]
  if (verdict === 'held') return head
  if (verdict !== 'not_tried') lines.push(...renderHistory(result))
  const two = overlap > 0 ? `, two owners for ${inMilliseconds(overlap)}` : ''
  lines.push(`${' '.repeat(34)}${why}${two}`)
  return lines.join('\n')
}

/** Above the lines of `renderCase`. */
export const REPORT_HEAD = `${'verdict'.padEnd(9)} ${'outage'.padStart(10)} ${'at most'.padStart(10)}  ${'expected'.padEnd(9)} ${'owners'.padEnd(24)} scenario`

/** Who owned each instance, by the seconds after the case began. */
function renderHistory({ history, begin }: DrillResult): readonly string[] {
  return [...history].map(([name, spans]) => {
    const first = spans.findLastIndex(({ at }) => at <= begin)
    const told = spans.slice(Math.max(0, first)).map(({ at, owners }) => {
      const second = Math.max(0, between(begin, at) / 1_000_000).toFixed(3)
      return `${second} s ${owners.join('+') || 'nobody'}`
    })
    return `${' '.repeat(34)}${name}: ${told.join(', ')}`
  })
}
