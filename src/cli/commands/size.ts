import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Command } from 'commander'
import { renderSize, renderSizeDiff } from '../../describe/render-size.ts'
import { sizeOf } from '../../describe/size.ts'
import { diffSizes } from '../../describe/size-diff.ts'
import { sizeSvg } from '../../describe/size-svg.ts'
import { writeAtomic } from '../../kit/atomic.ts'
import { fail } from '../../kit/problem.ts'
import { printJson } from '../answer.ts'

interface Options {
  readonly diff?: string
  readonly svg?: string
  readonly json?: boolean
}

const HELP = `
Where files are compressed together, each has the share of the whole that it has when every file is
compressed by itself.

Example of a comparison:
  ./director size out/pair --diff ../before/out/pair`

/** `director size`: where each byte of an image goes. */
export function configure(command: Command): void {
  command
    .argument('[image]', 'an ISO, an initramfs, a flash image, or the folder of a build')
    .option('--diff <old>', 'say what grew since another one')
    .option('--svg <file>', 'also draw it: fields as large as the bytes')
    .option('--json', 'print every package and file as JSON')
    .addHelpText('after', HELP)
    .action(run)
}

async function run(path: string | undefined, { diff, svg, json }: Options): Promise<void> {
  const report = await sizeOf(path ?? (await onlyBuild()))
  if (svg !== undefined) {
    await writeAtomic(svg, sizeSvg(report))
    process.stderr.write(`drawn: ${svg}\n`)
  }
  if (diff === undefined) {
    if (json === true) printJson({ ok: true, ...report })
    else process.stdout.write(renderSize(report))
    return
  }
  const found = diffSizes(await sizeOf(diff), report)
  if (json === true) printJson({ ok: true, ...found })
  else process.stdout.write(renderSizeDiff(found))
}

/** The folder in out/ that a build left, where there is one alone. */
async function onlyBuild(): Promise<string> {
  const entries = await readdir('out', { withFileTypes: true }).catch(() => [])
  const found: string[] = []
  for (const entry of entries) {
    const path = join('out', entry.name)
    if (!entry.isDirectory()) continue
    if ((await readdir(path)).includes('manifest.json')) found.push(path)
  }
  const [only] = found
  if (only !== undefined && found.length === 1) return only
  return fail({
    code: 'wrong_usage',
    message: 'it is not clear which image is meant',
    expected: found.length === 0 ? 'a build in out/' : `one of ${found.sort().join(', ')}`,
    remedy: 'name it: ./director size out/pair',
  })
}
