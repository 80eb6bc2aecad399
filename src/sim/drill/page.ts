/** A drill as a page: for each case a line of time for each instance, in the owners' colours. */

import { between } from '../../agent/units.ts'
import type { DrillResult } from './drill.ts'

const WIDTH = 720
const ROW = 18
const LABEL = 110
const COLOURS = ['#2f6fb3', '#d98324'] as const
const NOBODY = '#d9d9d9'
const BOTH = '#c22727'
/** Before the case began. */
const LEAD_S = 5

/**
 * One HTML file without scripts and without anything from elsewhere.
 *
 * @param nodes in the order of the cluster file; it gives the colours
 */
export function renderPage(
  title: string,
  nodes: readonly string[],
  results: readonly DrillResult[],
): string {
  const legend = [
    ...nodes.map((name, index) => swatch(COLOURS[index] ?? NOBODY, escaped(name))),
    swatch(NOBODY, 'nobody'),
    swatch(BOTH, 'two owners'),
  ].join(' ')
  const cases = results.map(result => renderCase(result, nodes)).join('\n')
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${escaped(title)}</title>
<style>
body { font: 14px/1.4 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; color: #222 }
h2 { font-size: 1rem; margin: 1.4rem 0 .2rem } h2 small { font-weight: normal; color: #666 }
.failed { color: ${BOTH} }
.exposed { color: #a86000 } .held { color: #2c7a3d } .not_tried { color: #888 }
i { display: inline-block; width: .9em; height: .9em; margin: 0 .3em 0 1em; vertical-align: -.1em }
p { margin: .1rem 0 .4rem; color: #444 } text { font: 11px system-ui, sans-serif; fill: #444 }
</style></head><body>
<h1>${escaped(title)}</h1>
<p>Who answered for the VIPs, in seconds after each case began.${legend}</p>
${cases}
</body></html>
`
}

const swatch = (colour: string, text: string) => `<i style="background:${colour}"></i>${text}`

function renderCase(result: DrillResult, nodes: readonly string[]): string {
  const { verdict, name, title, why, expected, outage, outage_max } = result
  const head = `<h2 id="${escaped(name)}"><span class="${verdict}">${verdict.replace('_', ' ')}</span> ${escaped(title)} <small>${escaped(name)}</small></h2>`
  if (verdict === 'not_tried') return `${head}\n<p>${escaped(why)}</p>`
  const limit = outage_max === 0 ? 'none allowed' : `at most ${outage_max / 1_000} ms`
  const owner = expected === '' ? '' : `, then ${escaped(expected)}`
  const told = `outage ${outage / 1_000} ms (${limit}${owner})${why === '' ? '' : `; ${escaped(why)}`}`
  return `${head}\n<p>${told}</p>\n${renderLines(result, nodes)}`
}

function renderLines({ history, begin, end }: DrillResult, nodes: readonly string[]): string {
  const from = begin - LEAD_S * 1_000_000
  const place = (at: number) => LABEL + ((Math.max(at, from) - from) / (end - from)) * WIDTH
  const rows = [...history].map(([instance, spans], row) => {
    const bars = spans.flatMap(({ at, owners }, index) => {
      const until = spans[index + 1]?.at ?? end
      if (until <= from || at >= end) return []
      const x = place(at)
      // An outage of a millisecond is there all the same.
      const width = Math.max(place(Math.min(until, end)) - x, 1)
      const what = `${owners.join(' and ') || 'nobody'} from ${(between(begin, at) / 1e6).toFixed(3)} s`
      return `<rect x="${x.toFixed(1)}" y="${row * ROW + 2}" width="${width.toFixed(1)}" height="${ROW - 4}" fill="${colourOf(owners, nodes)}"><title>${escaped(what)}</title></rect>`
    })
    return `<text x="0" y="${row * ROW + 13}">${escaped(instance)}</text>${bars.join('')}`
  })
  const height = rows.length * ROW
  const zero = place(begin).toFixed(1)
  const axis = `<line x1="${zero}" x2="${zero}" y1="0" y2="${height}" stroke="#000"/><text x="${zero}" y="${height + 12}">0 s</text><text x="${LABEL + WIDTH}" y="${height + 12}" text-anchor="end">${between(begin, end) / 1_000_000} s</text>`
  return `<svg viewBox="0 0 ${LABEL + WIDTH} ${height + 16}" width="100%">${rows.join('')}${axis}</svg>`
}

function colourOf(owners: readonly string[], nodes: readonly string[]): string {
  if (owners.length > 1) return BOTH
  return owners[0] === undefined ? NOBODY : (COLOURS[nodes.indexOf(owners[0])] ?? NOBODY)
}

const escaped = (text: string) =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
