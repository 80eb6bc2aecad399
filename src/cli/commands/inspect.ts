import { stat } from 'node:fs/promises'
import type { Command } from 'commander'
import { compareFiles } from '../../describe/compare.ts'
import { inspectFolder } from '../../describe/inspect-folder.ts'
import { renderComparison } from '../../describe/render-comparison.ts'
import { inspectFile } from '../../pack/inspect.ts'
import { printError, printJson } from '../answer.ts'
import { sizeText } from '../size.ts'

const KINDS = {
  iso: 'ISO image of a director',
  flash: 'flash image of a director',
  initramfs: 'root file system of a director',
  stamp: 'stamp of one node',
  config: 'configuration of one node',
  manifest: 'manifest of a build',
  bill: 'bill of materials of a build',
  lock: 'lock of a recipe',
  layout: 'layout of an ISO',
  sources: 'manifest of the sources of a build',
  install: 'what a local installation needs besides kernel and system',
  script: 'iPXE script',
  dnsmasq: 'settings for dnsmasq',
  loader: 'network boot loader',
  agent: 'director agent',
  kernel: 'Linux kernel',
} as const

/** Like diff(1), so that scripts know what to expect. */
const EXIT_OF_DIFF = { same: 0, different: 1, trouble: 2 } as const

const DIFF_HELP = `
With --diff the exit code is as diff's: 0 the same, 1 different, 2 trouble. What is secret, as keys
and password hashes, is never shown.

Example of a comparison:
  ./director inspect out/pair --diff ../before/out/pair`

interface Options {
  readonly diff?: string
  readonly json?: boolean
}

/** `director inspect`: what a file of a build is, or how two of them differ. */
export function configure(command: Command): void {
  command
    .argument('<file>', 'any file of a build, the agent, a lock.json, or the folder of a build')
    .option('--diff <other>', 'say how it differs from another one, down to single files')
    .option('--json', 'print it as JSON')
    .addHelpText('after', DIFF_HELP)
    .action(run)
}

async function run(path: string, { diff, json = false }: Options): Promise<void> {
  if (diff !== undefined) return compare(path, diff, json)
  if ((await stat(path).catch(() => undefined))?.isDirectory() === true) return folder(path, json)
  const { file, kind, size, sha256, facts } = await inspectFile(path)
  if (json) return printJson({ ok: true, file, kind, size, sha256, facts })
  const lines = [
    `${file}: ${KINDS[kind]}`,
    `  size: ${size} bytes`,
    `  sha256: ${sha256}`,
    ...render(facts, '  '),
  ]
  process.stdout.write(`${lines.join('\n')}\n`)
}

async function compare(first: string, second: string, json: boolean): Promise<void> {
  try {
    const found = await compareFiles(first, second)
    process.exitCode = found.same ? EXIT_OF_DIFF.same : EXIT_OF_DIFF.different
    if (json) printJson({ ok: true, ...found })
    else process.stdout.write(renderComparison(found))
  } catch (error) {
    printError(error, json)
    process.exitCode = EXIT_OF_DIFF.trouble
  }
}

async function folder(path: string, json: boolean): Promise<void> {
  const found = await inspectFolder(path)
  if (json) return printJson({ ok: true, ...found })
  const names: Readonly<Record<string, string>> = KINDS
  const lines = found.files.map(({ path: file, kind, size, mode }) => {
    return `  ${mode} ${sizeText(size).padStart(9)}  ${file}: ${names[kind] ?? 'other'}`
  })
  process.stdout.write(`${path}: folder of a build, ${sizeText(found.size)}\n${lines.join('\n')}\n`)
}

/** A value as lines: a key each, lists with one entry a line. */
function render(facts: object, indent: string): string[] {
  return Object.entries(facts).flatMap(([key, value]) => {
    if (value === null) return [`${indent}${key}: none`]
    if (typeof value !== 'object') return [`${indent}${key}: ${value}`]
    if (!Array.isArray(value)) return [`${indent}${key}:`, ...render(value, `${indent}  `)]
    if (value.length === 0) return [`${indent}${key}: none`]
    return [`${indent}${key}:`, ...value.map(entry => `${indent}  - ${inline(entry)}`)]
  })
}

function inline(value: unknown): string {
  if (value === null || typeof value !== 'object') return String(value)
  if (Array.isArray(value)) return value.map(inline).join(', ')
  return Object.entries(value)
    .map(([key, inner]) => `${key} ${inline(inner)}`)
    .join('  ')
}
