import { mkdtempSync } from 'node:fs'
import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import type { ArchiveOptions } from '../../src/base/archive.ts'
import { cacheFolder } from '../../src/base/cache.ts'
import { AGENT_ENTRY, bundleAgent } from '../../src/compose/agent-bundle.ts'
import { writeAtomic } from '../../src/kit/atomic.ts'
import { exec } from '../../src/kit/exec.ts'
import { digestOf } from '../../src/kit/hash.ts'
import { isThere, openSanitizers, type Sanitizers } from './sanitizers.ts'

const root = join(import.meta.dirname, '../..')
const HOST = join(root, 'src/agent/host')
const FUZZ = join(root, 'test/fuzz')
const COMPILER = 'bytecode-compiler.c'

const CHECKED = ['-Wall', '-Wextra', '-fsanitize=address,undefined', '-fno-sanitize-recover=all']
/** Where an input leads counts in the host's files alone. */
const GUIDED = [...CHECKED, '-fsanitize=fuzzer-no-link']

/** A program that ends with a report where it did what C does not allow. */
export interface Sanitized {
  readonly program: string
  /** The command that tells the lines of its source. */
  readonly symbolizer: readonly string[]
}

type Job = readonly [source: string, flags: readonly string[]]

/**
 * The fuzzer of the host's entry points: every file of the host that the agent is linked of, with
 * its system calls answered by test/fuzz/fake-kernel.c.
 */
export async function buildFuzzer(options: ArchiveOptions): Promise<Sanitized> {
  const tools = await openSanitizers(options)
  const texts = [await cTexts(HOST), await cTexts(FUZZ)]
  return keep(tools, options, ['fuzzer', texts, GUIDED], async folder => {
    const headers = ['-isystem', join(folder, 'quickjs'), '-I', HOST]
    const faked = [...GUIDED, ...headers, '-include', join(FUZZ, 'fake-kernel.h')]
    // main.c runs the script, and guard.c is part of host-calls.c.
    const names = (await hostNames()).filter(name => name !== 'main.c' && name !== 'guard.c')
    const jobs: readonly Job[] = [
      ...names.map((name): Job => [join(HOST, name), faked]),
      [join(FUZZ, 'host-calls.c'), faked],
      [join(FUZZ, 'memory-calls.c'), faked],
      [join(FUZZ, 'fake-kernel.c'), [...CHECKED, ...headers]],
    ]
    const engine = await tools.placeEngine(folder)
    const objects = await compileAll(tools, folder, jobs)
    await tools.link([...engine, ...objects], join(folder, 'program'), ['fuzzer'])
  })
}

/** The agent, or another script in its host, with the sanitizers and beside glibc. */
export async function buildSanitizedAgent(
  options: ArchiveOptions & { readonly entry?: string },
): Promise<Sanitized> {
  const { entry = AGENT_ENTRY } = options
  const tools = await openSanitizers(options)
  const script = await bundleAgent(entry)
  return keep(tools, options, ['agent', await cTexts(HOST), script, CHECKED], async folder => {
    const flags = [...CHECKED, '-isystem', join(folder, 'quickjs'), '-I', HOST]
    const engine = await tools.placeEngine(folder)
    const compiler = join(folder, 'compiler')
    const [made = ''] = await compileAll(tools, folder, [[join(HOST, COMPILER), flags]])
    await tools.link([...engine, made], compiler)
    const name = `${basename(entry, '.ts')}.js`
    const bytes = await exec(compiler, [name], { input: script, env: QUIET })
    await writeFile(join(folder, 'bytecode'), bytes)
    await writeFile(join(folder, 'bytecode.s'), bytecodeAssembly(join(folder, 'bytecode')))
    const objects = await compileAll(tools, folder, [
      ...(await hostNames()).map((file): Job => [join(HOST, file), flags]),
      [join(folder, 'bytecode.s'), []],
    ])
    await tools.link([...engine, ...objects], join(folder, 'program'))
  })
}

// What is not freed at the end of a build tool is nobody's loss.
const QUIET = { ASAN_OPTIONS: 'detect_leaks=0' }

const bytecodeAssembly = (path: string) => `
.section .rodata
.balign 16
.globl agent_bytecode, agent_bytecode_end
agent_bytecode:
.incbin "${path}"
agent_bytecode_end:
.section .note.GNU-stack,"",@progbits
`

/** A program in the cache, by the content of what it is made from. */
async function keep(
  tools: Sanitizers,
  { cache = cacheFolder() }: ArchiveOptions,
  parts: unknown,
  make: (folder: string) => Promise<void>,
): Promise<Sanitized> {
  const { symbolizer } = tools
  const program = join(cache, 'fuzz', digestOf([tools.digest, parts]), 'program')
  if (await isThere(program)) return { program, symbolizer }
  const folder = mkdtempSync(join(tmpdir(), 'director-sanitized-'))
  try {
    await make(folder)
    await writeAtomic(program, await readFile(join(folder, 'program')), { mode: 0o755 })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
  return { program, symbolizer }
}

async function compileAll(
  tools: Sanitizers,
  folder: string,
  jobs: readonly Job[],
): Promise<readonly string[]> {
  const objects: string[] = []
  for (const [source, flags] of jobs) {
    const object = join(folder, `${basename(source)}.o`)
    await tools.compile(source, object, flags)
    objects.push(object)
  }
  return objects
}

const hostNames = async (): Promise<readonly string[]> =>
  (await readdir(HOST)).filter(name => name.endsWith('.c') && name !== COMPILER)

async function cTexts(folder: string): Promise<readonly (readonly [string, string])[]> {
  const names = (await readdir(folder)).filter(name => /\.[ch]$/.test(name)).sort()
  return Promise.all(
    names.map(async name => [name, await readFile(join(folder, name), 'utf8')] as const),
  )
}
