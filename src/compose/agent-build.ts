import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import project from '../../package.json' with { type: 'json' }
import type { ArchiveRequest, SourcePackage, Toolbox } from '../base/base-system.ts'
import { cacheFolder } from '../base/cache.ts'
import type { LockedPackage, LockedSource } from '../base/lock.ts'
import { openSource } from '../base/source-package.ts'
import { openToolbox } from '../base/toolbox.ts'
import { writeAtomic } from '../kit/atomic.ts'
import { exec } from '../kit/exec.ts'
import { digestOf } from '../kit/hash.ts'
import { onInterrupt } from '../kit/interrupt.ts'
import type { Step } from '../kit/steps.ts'
import { writeTree } from '../tree/disk.ts'
import { AGENT_ENTRY, bundleAgent } from './agent-bundle.ts'
import {
  FLAGS,
  HOST,
  OWN_FLAGS,
  openToolchain,
  projectFolder,
  QUICKJS,
  QUICKJS_FLAGS,
  type Toolchain,
} from './agent-toolchain.ts'

export interface AgentRequest extends ArchiveRequest {
  /** Folder of content-hashed results; absent: the tool's cache. */
  readonly cache?: string
  /** Another script in the same host, for tests of the host; a path from the project's folder. */
  readonly entry?: string
  /** Changes the script, for tests of an agent beside one of another version. */
  readonly change?: (script: string) => string
}

export interface AgentBuild {
  readonly elf: Uint8Array
  /** SHA-256 over everything that it was made from; hexadecimal. */
  readonly digest: string
  readonly madeOf: {
    /** The compiler with its libraries, of which some are linked in. */
    readonly toolchain: readonly LockedPackage[]
    readonly quickjs: LockedSource
  }
}

const QUICKJS_SOURCES = ['quickjs', 'dtoa', 'libregexp', 'libunicode', 'cutils']
const QUICKJS_OBJECTS = QUICKJS_SOURCES.map(objectOf)
const COMPILER = 'bytecode-compiler'
const HOST_FOLDER = join(projectFolder, 'src/agent/host')

/**
 * The static ELF `directord`, from the cache where nothing that it is made from has changed.
 *
 * QuickJS is compiled once for a toolchain; a change of the agent's TypeScript then costs the
 * bundle, the bytecode and one link.
 *
 * @throws ProblemError `agent_bundle`, `program_failed`, or as `openToolbox` and `openSource`
 */
export async function buildAgent(request: AgentRequest): Promise<AgentBuild> {
  const { cache = cacheFolder(), entry = AGENT_ENTRY, change = script => script } = request
  const options = { ...request, cache }
  const toolbox = await openToolbox('agent-toolchain', options)
  const quickjs = await openSource('quickjs', options)
  return request.steps.run('agent', async step => {
    const host = await hostSources()
    const script = change(await bundleAgent(entry))
    const engine = digestOf({ tools: toolbox.digest, quickjs: quickjs.digest, flags: FLAGS })
    const digest = digestOf({ engine, script, host: [...host], assembly: BYTECODE_ASSEMBLY })
    const madeOf = { toolchain: toolbox.packages, quickjs: quickjs.locked }
    const path = join(cache, 'agent', `${digest}.elf`)
    const cached = await readFile(path).catch(() => undefined)
    if (cached !== undefined) {
      step.remark('reused')
      return { elf: cached, digest, madeOf }
    }
    const engineFolder = join(cache, 'agent', `quickjs-${engine}`)
    const made = { name: basename(entry, '.ts'), script, host, quickjs, engineFolder }
    const elf = await compileAgent(toolbox, made, step)
    await writeAtomic(path, elf, { mode: 0o755 })
    return { elf, digest, madeOf }
  })
}

interface Ingredients {
  /** What a fault's stack calls the script. */
  readonly name: string
  readonly script: string
  readonly host: ReadonlyMap<string, string>
  readonly quickjs: SourcePackage
  /** Where the objects of QuickJS are kept. */
  readonly engineFolder: string
}

async function compileAgent(
  toolbox: Toolbox,
  ingredients: Ingredients,
  step: Step,
): Promise<Uint8Array> {
  const { host } = ingredients
  const folder = await mkdtemp(join(tmpdir(), 'director-agent-'))
  const finished = onInterrupt(() => rm(folder, { recursive: true, force: true }))
  try {
    const toolchain = await openToolchain(toolbox, folder)
    await placeEngine(toolchain, folder, ingredients, step)
    await placeHost(toolchain, folder, host, step)
    await placeBytecode(toolchain, folder, ingredients)
    const objects = cNames(host)
      .filter(name => name !== COMPILER)
      .map(objectOf)
    step.progress('link')
    await toolchain.link([...objects, 'bytecode.o', ...QUICKJS_OBJECTS], 'directord')
    return await readFile(join(folder, 'directord'))
  } finally {
    await rm(folder, { recursive: true, force: true })
    finished()
  }
}

function objectOf(name: string): string {
  return `${name}.o`
}

const cNames = (sources: ReadonlyMap<string, string>): readonly string[] =>
  [...sources.keys()].filter(name => name.endsWith('.c')).map(name => name.slice(0, -2))

async function hostSources(): Promise<ReadonlyMap<string, string>> {
  const names = (await readdir(HOST_FOLDER)).filter(name => /\.[ch]$/.test(name)).sort()
  const texts = new Map<string, string>()
  for (const name of names) texts.set(name, await readFile(join(HOST_FOLDER, name), 'utf8'))
  return texts
}

/** QuickJS's sources and objects into the build's folder; objects from the cache where they are. */
async function placeEngine(
  toolchain: Toolchain,
  folder: string,
  { quickjs, engineFolder }: Ingredients,
  step: Step,
): Promise<void> {
  await writeTree(await quickjs.load(), join(folder, QUICKJS))
  for (const name of QUICKJS_SOURCES) {
    const object = objectOf(name)
    const cached = await readFile(join(engineFolder, object)).catch(() => undefined)
    if (cached !== undefined) {
      await writeFile(join(folder, object), cached)
      continue
    }
    step.progress(`compile ${name}.c`)
    await toolchain.compile(`${QUICKJS}/${name}.c`, object, QUICKJS_FLAGS)
    await writeAtomic(join(engineFolder, object), await readFile(join(folder, object)))
  }
}

async function placeHost(
  toolchain: Toolchain,
  folder: string,
  sources: ReadonlyMap<string, string>,
  step: Step,
): Promise<void> {
  await mkdir(join(folder, HOST))
  for (const [name, text] of sources) await writeFile(join(folder, HOST, name), text)
  for (const name of cNames(sources)) {
    step.progress(`compile ${name}.c`)
    await toolchain.compile(`${HOST}/${name}.c`, objectOf(name), OWN_FLAGS)
  }
}

/** The script as an object that holds its bytecode, made by a compiler from the same QuickJS. */
async function placeBytecode(
  toolchain: Toolchain,
  folder: string,
  { name, script }: Ingredients,
): Promise<void> {
  await toolchain.link([objectOf(COMPILER), ...QUICKJS_OBJECTS], COMPILER)
  const compiler = join(folder, COMPILER)
  const bytecode = await exec(compiler, [`${name}.js`], { input: script, env: {} })
  await writeFile(join(folder, 'bytecode'), bytecode)
  await writeFile(join(folder, 'bytecode.s'), BYTECODE_ASSEMBLY)
  await toolchain.assemble('bytecode.s', 'bytecode.o')
}

// A section that no loader maps, for `inspect`: the bytecode is nothing that a tool could read.
const BYTECODE_ASSEMBLY = `
.section .director,"",@progbits
.asciz "${project.version}"
.section .rodata
.balign 16
.globl agent_bytecode, agent_bytecode_end
agent_bytecode:
.incbin "bytecode"
agent_bytecode_end:
.section .note.GNU-stack,"",@progbits
`
