import { spawn } from 'node:child_process'
import { createWriteStream, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { onInterrupt } from '../../src/kit/interrupt.ts'
import { seeds } from '../fuzz/seeds.ts'
import { readHex } from './hex-fixture.ts'
import type { Sanitized } from './sanitized.ts'

const REGRESSIONS = join(import.meta.dirname, '../fixtures/fuzz')

/** What a run of the fuzzer came to. */
export interface FuzzRun {
  readonly inputs: number
  /** Branches that were reached, and all that there are: many are checks of the sanitizers. */
  readonly reached: number
  readonly branches: number
  /** Functions of the host that no input came to. */
  readonly missed: readonly string[]
  /** The input that broke something, as hexadecimal, and what was said of it. */
  readonly finding: { readonly input: string; readonly said: string } | undefined
}

/**
 * Fuzzes the host's entry points for so long: the seeds, every finding that was ever kept, what
 * the corpus holds, and then what the fuzzer makes of them.
 *
 * @param folder is made; its corpus stays, and the next run goes on from it
 */
export async function fuzz(
  { program, symbolizer }: Sanitized,
  folder: string,
  limits: { readonly seconds: number; readonly seed?: number },
): Promise<FuzzRun> {
  const [corpus = '', begin = '', finds = ''] = ['corpus', 'seeds', 'finds'].map(name => {
    mkdirSync(join(folder, name), { recursive: true })
    return join(folder, name)
  })
  for (const [name, bytes] of [...seeds(), ...regressions()])
    writeFileSync(join(begin, name), bytes)
  const before = new Set(readdirSync(finds))
  const words = [
    `-max_total_time=${limits.seconds}`,
    `-seed=${limits.seed ?? 0}`,
    `-artifact_prefix=${finds}/`,
    ...[
      '-max_len=2048',
      '-timeout=10',
      '-rss_limit_mb=1024',
      '-print_final_stats=1',
      '-print_coverage=1',
    ],
  ]
  const log = join(folder, 'log')
  const addr2line = join(folder, 'addr2line')
  writeFileSync(addr2line, `#!/bin/sh\nexec ${symbolizer.join(' ')} "$@"\n`, { mode: 0o755 })
  const code = await run(program, [...words, corpus, begin], log, resolve(addr2line))
  const said = readFileSync(log, 'utf8')
  const find = readdirSync(finds).find(name => !before.has(name))
  return {
    inputs: lastNumber(said, /^stat::number_of_executed_units: (\d+)/gm),
    reached: lastNumber(said, /\bcov: (\d+)/g),
    branches: lastNumber(said, /\((\d+) PCs\)/g),
    missed: [...said.matchAll(/^UNCOVERED_FUNC: .* (\w+) \S*?(\w+\.c):\d+$/gm)].map(
      ([, name, file]) => `${name} of ${file}`,
    ),
    finding:
      code === 0
        ? undefined
        : {
            input: find === undefined ? '' : readFileSync(join(finds, find)).toString('hex'),
            said: linesOfFault(said),
          },
  }
}

function regressions(): readonly (readonly [string, Uint8Array])[] {
  const names = readdirSync(REGRESSIONS).filter(name => name.endsWith('.hex'))
  return names.map(name => [name, readHex(`fuzz/${name}`)])
}

const lastNumber = (text: string, pattern: RegExp) =>
  Number([...text.matchAll(pattern)].at(-1)?.[1] ?? 0)

// The fuzzer's own progress is left out.
const linesOfFault = (text: string) =>
  text
    .split('\n')
    .filter(line => !/^#\d+\t|^INFO|NEW_FUNC|^(UN)?COVERED|^COVERAGE/.test(line))
    .slice(0, 30)
    .join('\n')

async function run(
  program: string,
  words: readonly string[],
  log: string,
  symbolizer: string,
): Promise<number | null> {
  const output = createWriteStream(log)
  // LeakSanitizer traces its own process, which a container may forbid; the harness counts instead.
  const options = `detect_leaks=0:external_symbolizer_path=${symbolizer}`
  const env = { ASAN_OPTIONS: options, UBSAN_OPTIONS: 'print_stacktrace=1' }
  const child = spawn(program, words, { env, stdio: ['ignore', 'pipe', 'pipe'] })
  child.stdout.pipe(output, { end: false })
  child.stderr.pipe(output, { end: false })
  const ended = new Promise<number | null>((done, reject) => {
    child.on('error', reject)
    child.on('close', done)
  })
  const finished = onInterrupt(async () => {
    child.kill('SIGTERM')
    await ended
  })
  const code = await ended
  finished()
  await new Promise<void>(done => output.end(() => done()))
  return code
}
