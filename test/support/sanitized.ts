import { mkdtempSync } from 'node:fs'
import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ArchiveOptions } from '../../src/base/archive.ts'
import type { SourcePackage, Toolbox } from '../../src/base/base-system.ts'
import { cacheFolder } from '../../src/base/cache.ts'
import { openSource } from '../../src/base/source-package.ts'
import { openToolbox } from '../../src/base/toolbox.ts'
import { writeAtomic } from '../../src/kit/atomic.ts'
import { digestOf } from '../../src/kit/hash.ts'
import { writeTree } from '../../src/tree/disk.ts'

const root = join(import.meta.dirname, '../..')
const HOST = join(root, 'src/agent/host')
const FUZZ = join(root, 'test/fuzz')
const ENGINE = ['quickjs', 'dtoa', 'libregexp', 'libunicode', 'cutils']

const COMMON = ['-std=gnu11', '-D_GNU_SOURCE', '-O1', '-g', '-fwrapv', '-fno-omit-frame-pointer']
const ENGINE_FLAGS = ['-w', '-fsanitize=address', '-DCONFIG_VERSION="2025-04-26"']
const SANITIZED = ['-Wall', '-Wextra', '-fsanitize=address,undefined', '-fno-sanitize-recover=all']
/** Where an input leads counts in the host's files alone. */
const GUIDED = [...SANITIZED, '-fsanitize=fuzzer-no-link']

/** A program and what tells the lines of its source. */
export interface Fuzzer {
  readonly program: string
  /** The command that addr2line is. */
  readonly symbolizer: readonly string[]
}

/** The compiler of the section `sanitizers`, beside the C library of its root. */
interface Sanitizers {
  compile(source: string, object: string, flags: readonly string[]): Promise<void>
  link(objects: readonly string[], program: string): Promise<void>
  /** Everything that says what they make. */
  readonly digest: string
}

/**
 * The fuzzer of the host's entry points: every file of the host that the agent is linked of, with
 * its system calls answered by test/fuzz/fake-kernel.c.
 *
 * It is kept in the cache by the content of what it is made from.
 */
export async function buildFuzzer(options: ArchiveOptions): Promise<Fuzzer> {
  const cache = options.cache ?? cacheFolder()
  const toolbox = await openToolbox('sanitizers', options)
  const symbolizer = await toolbox.command('addr2line')
  const tools = await openSanitizers(toolbox)
  const quickjs = await openSource('quickjs', options)
  const texts = await Promise.all(
    [HOST, FUZZ].map(async folder => {
      const names = (await readdir(folder)).filter(name => /\.[ch]$/.test(name)).sort()
      return Promise.all(
        names.map(async name => [name, await readFile(join(folder, name), 'utf8')]),
      )
    }),
  )
  const engine = digestOf([tools.digest, quickjs.digest, COMMON, ENGINE_FLAGS])
  const program = join(cache, 'fuzz', digestOf([engine, texts, GUIDED]), 'host-calls')
  if (await isThere(program)) return { program, symbolizer }
  const folder = mkdtempSync(join(tmpdir(), 'director-fuzz-'))
  try {
    const objects = await placeEngine(tools, quickjs, folder, join(cache, 'fuzz', engine))
    objects.push(...(await compileHost(tools, folder)))
    await tools.link(objects, join(folder, 'program'))
    await writeAtomic(program, await readFile(join(folder, 'program')), { mode: 0o755 })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
  return { program, symbolizer }
}

async function placeEngine(
  tools: Sanitizers,
  quickjs: SourcePackage,
  folder: string,
  kept: string,
): Promise<string[]> {
  await writeTree(await quickjs.load(), join(folder, 'quickjs'))
  await mkdir(kept, { recursive: true })
  const objects: string[] = []
  for (const name of ENGINE) {
    const object = join(kept, `${name}.o`)
    if (!(await isThere(object))) {
      const made = join(folder, `${name}.o`)
      await tools.compile(join(folder, 'quickjs', `${name}.c`), made, ENGINE_FLAGS)
      await writeAtomic(object, await readFile(made))
    }
    objects.push(object)
  }
  return objects
}

// main.c runs the script, bytecode-compiler.c is a tool, and guard.c is part of host-calls.c.
const NOT_FUZZED = ['main.c', 'bytecode-compiler.c', 'guard.c']

async function compileHost(tools: Sanitizers, folder: string): Promise<readonly string[]> {
  const names = (await readdir(HOST)).filter(name => name.endsWith('.c'))
  const headers = ['-isystem', join(folder, 'quickjs'), '-I', HOST]
  const faked = [...headers, '-include', join(FUZZ, 'fake-kernel.h')]
  const jobs: [source: string, flags: readonly string[]][] = [
    ...names
      .filter(name => !NOT_FUZZED.includes(name))
      .map((name): [string, string[]] => [join(HOST, name), [...GUIDED, ...faked]]),
    [join(FUZZ, 'host-calls.c'), [...GUIDED, ...faked]],
    [join(FUZZ, 'fake-kernel.c'), [...SANITIZED, ...headers]],
  ]
  const objects: string[] = []
  for (const [index, [source, flags]] of jobs.entries()) {
    const object = join(folder, `${index}.o`)
    await tools.compile(source, object, flags)
    objects.push(object)
  }
  return objects
}

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )

async function openSanitizers(toolbox: Toolbox): Promise<Sanitizers> {
  const llvm = await toolbox.path('usr/lib/llvm-19/lib/clang/19')
  const gcc = await toolbox.path('usr/lib/gcc/x86_64-linux-gnu/14')
  const libraries = await toolbox.path('usr/lib/x86_64-linux-gnu')
  const headers = await toolbox.path('usr/include')
  const loader = await toolbox.path('usr/lib64/ld-linux-x86-64.so.2')
  const system = [`${llvm}/include`, `${headers}/x86_64-linux-gnu`, headers]
  const runtime = (name: string) => `${llvm}/lib/linux/libclang_rt.${name}-x86_64.a`
  const start = ['Scrt1.o', 'crti.o'].map(name => join(libraries, name))
  const ends = [`${gcc}/crtendS.o`, join(libraries, 'crtn.o')]
  const shared = ['libstdc++.so.6', 'libm.so.6', 'libc.so.6', 'libgcc_s.so.1']
  return {
    digest: digestOf([toolbox.digest, libraries]),
    async compile(source, object, flags) {
      const where = ['-nostdinc', ...system.flatMap(path => ['-isystem', path])]
      const words = ['-resource-dir', llvm, ...where, ...COMMON, ...flags]
      await toolbox.run('clang', ['-c', ...words, '-o', object, source])
    },
    async link(objects, program) {
      await toolbox.run('ld', [
        ...['-pie', '--eh-frame-hdr', '--export-dynamic', '-o', program],
        ...['--dynamic-linker', loader, '-rpath', libraries],
        ...[...start, `${gcc}/crtbeginS.o`, ...objects],
        ...['--whole-archive', runtime('asan'), runtime('asan_static'), runtime('fuzzer')],
        ...['--no-whole-archive', ...shared.map(name => join(libraries, name))],
        ...[join(libraries, 'libc_nonshared.a'), loader, ...ends],
      ])
    },
  }
}
