import { fileURLToPath } from 'node:url'
import type { Toolbox } from '../base/base-system.ts'

/** The compiler's parts, called one by one: a driver would add what its own build was told. */
export interface Toolchain {
  /** Compiles C to an object. */
  compile(source: string, object: string, flags: readonly string[]): Promise<void>
  assemble(source: string, object: string): Promise<void>
  /** A static, stripped program of musl. */
  link(objects: readonly string[], program: string): Promise<void>
}

/** The folder of the headers and sources of QuickJS inside a build's folder. */
export const QUICKJS = 'quickjs'
/** The folder of the host's C inside a build's folder. */
export const HOST = 'host'

/** No section is kept that nothing calls; signed overflow wraps, as QuickJS expects. */
const COMPILE_FLAGS = [
  '-quiet',
  '-nostdinc',
  '-std=gnu11',
  '-D_GNU_SOURCE',
  '-fno-pie',
  '-fno-asynchronous-unwind-tables',
  '-ffunction-sections',
  '-fdata-sections',
  '-fwrapv',
]

/** Warnings are errors in our own C; QuickJS has its own taste. */
export const OWN_FLAGS = ['-Os', '-Wall', '-Wextra', '-Wshadow', '-Werror', '-isystem', QUICKJS]
export const QUICKJS_FLAGS = ['-O2', '-w', '-DCONFIG_VERSION="2025-04-26"']

const LINK_FLAGS = [
  '-static',
  '--strip-all',
  '--gc-sections',
  '--build-id=none',
  '-z',
  'noexecstack',
  '-z',
  'relro',
]

/** The recipe of every program that `toolchain` makes, for a cache's key. */
export const FLAGS = [COMPILE_FLAGS, OWN_FLAGS, QUICKJS_FLAGS, LINK_FLAGS]

/**
 * Compiler, assembler and linker of the recipe's lock, with musl's headers and library.
 *
 * @param folder of the build: the tools see every path of ours from there
 */
export async function openToolchain(toolbox: Toolbox, folder: string): Promise<Toolchain> {
  const gcc = await toolbox.path('usr/lib/gcc/x86_64-linux-gnu/14')
  const musl = await toolbox.path('usr/lib/x86_64-linux-musl')
  const headers = await toolbox.path('usr/include/x86_64-linux-musl')
  const run = (tool: string, ...args: readonly string[]) =>
    toolbox.run(tool, args, { cwd: folder }).then(() => undefined)
  const system = ['-isystem', headers, '-isystem', `${gcc}/include`]
  const start = [`${musl}/crt1.o`, `${musl}/crti.o`]
  const end = [`-L${musl}`, `-L${gcc}`, '--start-group', '-lc', '-lgcc', '--end-group']
  end.push(`${musl}/crtn.o`)
  return {
    async compile(source, object, flags) {
      const assembly = `${object}.s`
      await run('cc1', ...COMPILE_FLAGS, ...system, ...flags, source, '-o', assembly)
      await run('as', '-o', object, assembly)
    },
    assemble: (source, object) => run('as', '-o', object, source),
    link: (objects, program) =>
      run('ld', ...LINK_FLAGS, '-o', program, ...start, ...objects, ...end),
  }
}

/** The top folder of this project. */
export const projectFolder = fileURLToPath(new URL('../../', import.meta.url))
