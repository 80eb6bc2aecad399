import type { Change } from './config-change.ts'
import type { ReloadAnswer } from './reload.ts'

/** The answer to a reload for a person; ends with a line feed. */
export function renderReload(answer: ReloadAnswer): string {
  const { node, reload: file, outcome, changes, changes_total, refused, to_do } = answer
  const more = changes_total - changes.length
  return [
    `${node}: ${FIRST[outcome]} ${file}`,
    ...changes.map(change => `  ${changeLine(change)}`),
    ...(more > 0 ? [`  and ${more} more`] : []),
    ...refused.map(({ path, text }) => `  ${path === '' ? '' : `${path}: `}${text}`),
    ...to_do.map(text => `  to do:   ${text}`),
  ]
    .map(line => `${line}\n`)
    .join('')
}

const FIRST: Readonly<Record<ReloadAnswer['outcome'], string>> = {
  begun: 'reloaded from',
  possible: 'nothing was changed; a reload would change by',
  unchanged: 'nothing is to change by',
  refused: 'refused, and nothing was changed by',
}

const changeLine = ({ subject, change, detail }: Change) =>
  `${subject} ${change}${detail === '' ? '' : `: ${detail}`}`
