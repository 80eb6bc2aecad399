import type { Comparison, Difference } from './compare.ts'
import type { PackageChange } from './package-changes.ts'

// More differences than this are counted: the JSON has them all.
const SHOWN_MAX = 200

/** A comparison as the lines that a terminal shows. */
export function renderComparison({ first, second, ...found }: Comparison): string {
  if (found.same) return `${first} and ${second} are the same.\n`
  const shown = found.differences.slice(0, SHOWN_MAX)
  const more = found.differences.length - shown.length
  const count = found.differences.length
  return [
    `${first} and ${second} differ in ${count === 1 ? 'one place' : `${count} places`}:`,
    ...found.packages.map(renderPackage),
    ...shown.flatMap(renderDifference),
    ...(more > 0 ? [`  and in ${more} more places: --json shows them all`] : []),
    '',
  ].join('\n')
}

function renderPackage({ name, first, second }: PackageChange): string {
  if (first === undefined) return `  package ${name} ${second} is new`
  if (second === undefined) return `  package ${name} ${first} is gone`
  return `  package ${name} ${first} -> ${second}`
}

function renderDifference({ path, what, first, second, details = [] }: Difference): string[] {
  const name = path === '' ? 'the file' : path
  return [`  ${name}: ${say(what, first, second)}`, ...details.map(line => `      ${line}`)]
}

function say(what: Difference['what'], first = '', second = ''): string {
  switch (what) {
    case 'added':
      return `only in the second, ${second}`
    case 'removed':
      return `only in the first, ${first}`
    case 'content':
      return first === second
        ? `other content, ${first} both`
        : `other content, ${first} -> ${second}`
    default:
      return `other ${what}, ${first} -> ${second}`
  }
}
