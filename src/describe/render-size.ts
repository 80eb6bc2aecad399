import type { SizeReport } from './size.ts'
import type { Growth, SizeDiff } from './size-diff.ts'

const BAR_CELLS = 24
const FILES_SHOWN = 20
const NAME_CELLS = 44

/** A size report as a table with bars. */
export function renderSize(report: SizeReport): string {
  const { file, bytes, packages, files, outputs = [] } = report
  const most = Math.max(...packages.map(({ stored }) => stored), 1)
  const rows = packages.map(({ name, version, stored, raw, files: count }) => {
    const title = version === undefined ? name : `${name} ${version}`
    const share = `${((stored / bytes) * 100).toFixed(1)} %`.padStart(7)
    return `${cell(title)} ${number(stored)} ${share} ${number(raw)} ${String(count).padStart(6)}  ${bar(stored / most)}`
  })
  const heading = `${cell('package')} ${'in image'.padStart(10)} ${'share'.padStart(7)} ${'unpacked'.padStart(10)} ${'files'.padStart(6)}`
  const total = `${cell('all of it')} ${number(bytes)}`
  return [
    `${file}: ${number(bytes).trim()} bytes`,
    '',
    ...[heading, ...rows, total, ''],
    `${cell('the largest files')} ${'in image'.padStart(10)} ${'unpacked'.padStart(18)}`,
    ...files.slice(0, FILES_SHOWN).map(({ path, stored, raw }) => {
      return `${cell(path)} ${number(stored)} ${number(raw).padStart(18)}`
    }),
    ...(files.length > FILES_SHOWN ? [`(${files.length - FILES_SHOWN} more: --json)`] : []),
    ...(outputs.length === 0 ? [] : ['', cell('written by the build')]),
    ...outputs.map(output => `${cell(output.path)} ${number(output.bytes)}`),
    '',
  ].join('\n')
}

/** What grew, the greatest change first. */
export function renderSizeDiff({ first, second, bytes, packages, files }: SizeDiff): string {
  const rows = (changes: readonly Growth[]) =>
    changes.slice(0, FILES_SHOWN).map(({ name, first: old, second: young }) => {
      const what = old === 0 ? 'new' : young === 0 ? 'gone' : ''
      return `${cell(name)} ${number(old)} ${number(young)} ${signed(young - old)} ${what}`.trimEnd()
    })
  const heading = (title: string) =>
    `${cell(title)} ${'before'.padStart(10)} ${'now'.padStart(10)} ${'change'.padStart(10)}`
  if (packages.length + files.length === 0 && bytes.first === bytes.second) {
    return `Nothing grew from ${first} to ${second}.\n`
  }
  return [
    `from ${first}`,
    `to   ${second}`,
    '',
    heading('in the image, by package'),
    ...rows(packages),
    `${cell('all of it')} ${number(bytes.first)} ${number(bytes.second)} ${signed(bytes.second - bytes.first)}`,
    ...(files.length === 0 ? [] : ['', heading('files, unpacked'), ...rows(files)]),
    ...(files.length > FILES_SHOWN ? [`(${files.length - FILES_SHOWN} more: --json)`] : []),
    '',
  ].join('\n')
}

function cell(name: string): string {
  const text = name.length > NAME_CELLS ? `…${name.slice(1 - NAME_CELLS)}` : name
  return text.padEnd(NAME_CELLS)
}

const number = (bytes: number) =>
  String(bytes)
    .replace(/\B(?=(\d{3})+$)/g, ' ')
    .padStart(10)

const signed = (bytes: number) =>
  `${bytes < 0 ? '-' : '+'}${number(Math.abs(bytes)).trim()}`.padStart(10)

// Eighths of a cell, from Unicode's block elements.
const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉']

function bar(part: number): string {
  const eighths = Math.max(1, Math.round(part * BAR_CELLS * 8))
  return '█'.repeat(Math.floor(eighths / 8)) + EIGHTHS[eighths % 8]
}
