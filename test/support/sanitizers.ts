import { mkdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { ArchiveOptions } from '../../src/base/archive.ts'
import type { SourcePackage, Toolbox } from '../../src/base/base-system.ts'
import { cacheFolder } from '../../src/base/cache.ts'
import { openSource } from '../../src/base/source-package.ts'
import { openToolbox } from '../../src/base/toolbox.ts'
import { writeAtomic } from '../../src/kit/atomic.ts'
import { digestOf } from '../../src/kit/hash.ts'
import { writeTree } from '../../src/tree/disk.ts'

const ENGINE = ['quickjs', 'dtoa', 'libregexp', 'libunicode', 'cutils']
const COMMON = ['-std=gnu11', '-D_GNU_SOURCE', '-O1', '-g', '-fwrapv', '-fno-omit-frame-pointer']
const ENGINE_FLAGS = ['-w', '-fsanitize=address', '-DCONFIG_VERSION="2025-04-26"']

/** clang of the lock's section `sanitizers`, beside the C library of its root, and QuickJS. */
export interface Sanitizers {
  compile(source: string, object: string, flags: readonly string[]): Promise<void>
  /** With the runtimes of these sanitizers beside that of the address sanitizer. */
  link(objects: readonly string[], program: string, runtimes?: readonly string[]): Promise<void>
  /** The engine's sources into a folder, and its objects, compiled with the address sanitizer. */
  placeEngine(folder: string): Promise<readonly string[]>
  /** The command that addr2line is, for the lines in a report. */
  readonly symbolizer: readonly string[]
  /** Everything that says what they make. */
  readonly digest: string
}

/** Opens them; nothing is unpacked or compiled yet. */
export async function openSanitizers(options: ArchiveOptions): Promise<Sanitizers> {
  const toolbox = await openToolbox('sanitizers', options)
  const quickjs = await openSource('quickjs', options)
  const tools = await compilerOf(toolbox)
  const digest = digestOf([tools.digest, quickjs.digest, COMMON, ENGINE_FLAGS])
  const kept = join(options.cache ?? cacheFolder(), 'fuzz', digest)
  return {
    ...tools,
    digest,
    placeEngine: folder => placeEngine(tools, quickjs, folder, kept),
    symbolizer: await toolbox.command('addr2line'),
  }
}

type Compiler = Pick<Sanitizers, 'compile' | 'link' | 'digest'>

async function placeEngine(
  tools: Compiler,
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

/** Whether a file is there. */
export const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )

async function compilerOf(toolbox: Toolbox): Promise<Compiler> {
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
    async link(objects, program, runtimes = []) {
      await toolbox.run('ld', [
        ...['-pie', '--eh-frame-hdr', '--export-dynamic', '-o', program],
        ...['--dynamic-linker', loader, '-rpath', libraries],
        ...[...start, `${gcc}/crtbeginS.o`, ...objects],
        ...['--whole-archive', runtime('asan'), runtime('asan_static')],
        ...runtimes.map(runtime),
        ...['--no-whole-archive', ...shared.map(name => join(libraries, name))],
        ...[join(libraries, 'libc_nonshared.a'), loader, ...ends],
      ])
    },
  }
}
