import { join } from 'node:path'
import type { Command } from 'commander'
import { collectSources, type SourcesManifest } from '../../describe/sources.ts'
import { fail } from '../../kit/problem.ts'
import { EXIT, printJson } from '../answer.ts'
import { sizeText } from '../size.ts'
import { withSteps } from '../work.ts'

interface Options {
  readonly sources?: boolean
  readonly all?: boolean
  readonly mirror?: string
  readonly json?: boolean
}

const HELP = `
Whoever passes images on has to offer the sources of what is in them under the GPL and its like.
--sources puts these into sources/ beside the images: each source package of exactly the version
that is in them, with its hashes in a manifest, and this project's recipes, overlay and code. About
200 MB are fetched once and kept in the cache. The exit code is 1 when something is missing.`

/** `director release`: what has to go with images that are passed on. */
export function configure(command: Command): void {
  command
    .argument('<folder>', 'the folder of a build, for example out/pair')
    .option('--sources', 'collect the sources that the licences ask for')
    .option('--all', 'also those that no licence asks for')
    .option('--mirror <url>', "root of a Debian mirror; default: the host's own")
    .option('--json', 'print the manifest as JSON')
    .addHelpText('after', HELP)
    .action(run)
}

async function run(folder: string, options: Options): Promise<void> {
  const { sources, all = false, mirror, json = false } = options
  if (sources !== true) {
    fail({
      code: 'wrong_usage',
      message: 'it is not said what is to be released',
      expected: '--sources',
      remedy: 'run director release --help for the usage',
    })
  }
  const manifest = await withSteps({ command: 'release', json }, steps => {
    const place = { ...{ folder, all, steps, locked: false } }
    return collectSources({ ...place, ...(mirror === undefined ? {} : { mirror }) })
  })
  const isWhole = manifest.missing.length === 0
  if (!isWhole) process.exitCode = EXIT.failed
  if (json) printJson({ ok: isWhole, ...manifest })
  else process.stdout.write(summary(join(folder, 'sources'), manifest))
}

function summary(place: string, manifest: SourcesManifest): string {
  const { sources, missing, not_asked: others, own } = manifest
  const bytes = (files: readonly { size: number }[]) =>
    files.reduce((sum, { size }) => sum + size, 0)
  const rows = sources.map(({ name, version, files, why }) => {
    return `  ${`${name} ${version}`.padEnd(40)} ${sizeText(bytes(files)).padStart(9)}  ${why}`
  })
  const gone = missing.map(({ name, version, packages, lacks }) => {
    const from = `  missing: ${name} ${version}, which ${packages.join(', ')} came from`
    return `${from}; the archive no longer has ${lacks.join(', ')}`
  })
  const total = bytes([own, ...sources.flatMap(({ files }) => files)])
  return [
    `${place}/: ${sizeText(total)} in ${sources.length} source packages and ${own.path}`,
    ...rows,
    ...others.map(({ name, version, why }) => `  ${name} ${version}: not collected, ${why}`),
    ...gone,
    ...(gone.length === 0
      ? []
      : ['What is missing: name a snapshot mirror that has it with --mirror URL.']),
    '',
  ].join('\n')
}
