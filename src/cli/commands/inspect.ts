import type { Command } from 'commander'
import { inspectFile } from '../../pack/inspect.ts'
import { printJson } from '../answer.ts'

const KINDS = {
  iso: 'ISO image of a director',
  flash: 'flash image of a director',
  initramfs: 'root file system of a director',
  stamp: 'stamp of one node',
  config: 'configuration of one node',
  manifest: 'manifest of a build',
  agent: 'director agent',
  kernel: 'Linux kernel',
} as const

/** `director inspect`: what a file of a build is. */
export function configure(command: Command): void {
  command
    .argument(
      '<file>',
      'an ISO, a flash image, an initramfs, a stamp, a node.json, a manifest, a kernel, the agent',
    )
    .option('--json', 'print it as JSON')
    .action(run)
}

async function run(path: string, { json = false }: { readonly json?: boolean }): Promise<void> {
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
