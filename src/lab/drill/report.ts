import type { LabDrillResult } from './judge.ts'

/** The heading of the table: as of `director drill`, with what two nodes did at once. */
export const LAB_DRILL_HEAD = 'verdict       outage    at most   two at once  row  scenario'

const milliseconds = (ms: number, digits: number) => `${ms.toFixed(digits)} ms`

/** A case in one line; one that failed or was not tried has another line that says why. */
export function renderResult(result: LabDrillResult): string {
  const { verdict, name, title, row, why } = result
  const both = Math.max(result.kernel_overlap_ms, result.answer_overlap_ms)
  const said = [
    (verdict === 'failed' ? 'FAILED' : verdict.replace('_', ' ')).padEnd(10),
    (verdict === 'not_tried' ? '' : milliseconds(result.outage_ms, 0)).padStart(10),
    (verdict === 'not_tried' ? '' : milliseconds(result.outage_max_ms, 0)).padStart(10),
    (verdict === 'not_tried' ? '' : milliseconds(both, 1)).padStart(13),
    `${row}`.padStart(4),
    ` ${name.padEnd(20)} ${title}`,
  ].join(' ')
  return why === '' ? said : `${said}\n              ${why.replaceAll('\n', '\n              ')}`
}

/** How many held, failed or were not tried. */
export function renderSum(results: readonly LabDrillResult[]): string {
  const count = (wanted: LabDrillResult['verdict']) =>
    results.filter(({ verdict }) => verdict === wanted).length
  const lines = [
    '',
    `${count('held')} held, ${count('failed')} failed, ${count('not_tried')} not tried`,
    ...results
      .filter(({ verdict }) => verdict === 'failed')
      .map(result => `${result.name}: owners ${renderOwners(result)}`),
  ]
  return `${lines.join('\n')}\n`
}

/** Who owned the VIP during a case: `lb1, at 3.2 s lb2`. */
function renderOwners({ owners }: LabDrillResult): string {
  return owners
    .map(({ at_ms, node }, index) =>
      index === 0 ? node : `at ${(at_ms / 1_000).toFixed(1)} s ${node}`,
    )
    .join(', ')
}
