import { fail } from '../kit/problem.ts'
import { comparePaths } from '../tree/path.ts'
import type { Entry, Tree } from '../tree/tree.ts'
import { type ModuleInfo, moduleName, readModuleInfo } from './modinfo.ts'

/** One module that goes in. */
interface ChosenModule {
  /** Below `usr/lib/modules/<version>`, without the ending of its compression. */
  readonly path: string
  readonly content: Uint8Array
  readonly info: ModuleInfo
  /** What has to be loaded before, by name. */
  readonly before: readonly string[]
}

export interface ModuleRequest {
  /** Everything below `usr/lib/modules/<version>` of the kernel package. */
  readonly available: Tree
  /** Names as a person writes them. */
  readonly names: readonly string[]
  /** Takes the compression of one module off. */
  readonly unpack: (content: Uint8Array, path: string) => Promise<Uint8Array>
}

/**
 * Takes kernel modules with all that they depend on, and writes the indices that modprobe reads.
 *
 * A name that is built into the kernel needs nothing. Modules go in without their compression: the
 * whole initramfs is compressed better than each of them.
 *
 * @returns a tree below `usr/lib/modules/<version>`
 * @throws ProblemError `module_unknown`, `module_malformed`
 */
export async function takeModules(request: ModuleRequest): Promise<Tree> {
  const { available } = request
  const files = new Map<string, string>()
  for (const path of available.keys()) {
    if (/\.ko(\.xz)?$/.test(path)) files.set(moduleName(path), path)
  }
  const builtin = new Set(textOf(available, 'modules.builtin').split('\n').map(moduleName))
  const chosen = new Map<string, ChosenModule>()
  const read = moduleReader(request, files)
  const queue = request.names.map(moduleName)
  for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
    if (chosen.has(name) || builtin.has(name)) continue
    const { path, content, info } = (await read(name)) ?? unknownModule(name)
    const soft = await resolveSoft(info.softdepsBefore, files, builtin, read)
    const before = [...info.depends, ...soft].filter(other => !builtin.has(other))
    chosen.set(name, { path: path.replace(/\.xz$/, ''), content, info, before })
    queue.push(...before)
  }
  return moduleTree(chosen, available)
}

type ModuleReader = (
  name: string,
) => Promise<{ path: string; content: Uint8Array; info: ModuleInfo } | undefined>

function moduleReader(
  { available, unpack }: ModuleRequest,
  files: ReadonlyMap<string, string>,
): ModuleReader {
  return async name => {
    const path = files.get(name)
    const entry = path === undefined ? undefined : available.get(path)
    if (path === undefined || entry?.kind !== 'file') return undefined
    const content = path.endsWith('.xz') ? await unpack(entry.content, path) : entry.content
    const info = readModuleInfo(content)
    if (info === undefined) {
      fail({
        code: 'module_malformed',
        message: `the kernel module ${name} has no .modinfo section`,
        where: { file: path },
      })
    }
    return { path, content, info }
  }
}

/**
 * A soft dependency may name a module or an alias, as libcrc32c asks for `crc32c`.
 *
 * The packaged kernel has no alias index, and to read all its modules would take minutes: an alias
 * is looked for in the modules whose names begin with it, which is how the kernel names them.
 */
async function resolveSoft(
  names: readonly string[],
  files: ReadonlyMap<string, string>,
  builtin: ReadonlySet<string>,
  read: ModuleReader,
): Promise<string[]> {
  const found: string[] = []
  for (const name of names) {
    const plain = moduleName(name)
    if (builtin.has(plain)) continue
    const candidates = files.has(plain)
      ? [plain]
      : [...files.keys()].filter(other => other.startsWith(`${plain}_`)).sort()
    for (const candidate of candidates) {
      const aliases = (await read(candidate))?.info.aliases ?? []
      // Written for one kind of processor, it refuses to load on another, and modprobe would give
      // up.
      const isGeneral = !aliases.some(alias => alias.startsWith('cpu:'))
      if (candidate === plain || (isGeneral && aliases.includes(name))) found.push(candidate)
    }
  }
  return found
}

function moduleTree(chosen: ReadonlyMap<string, ChosenModule>, available: Tree): Tree {
  const modules = [...chosen.values()].sort((left, right) => comparePaths(left.path, right.path))
  const tree = new Map<string, Entry>(modules.map(({ path, content }) => [path, fileOf(content)]))
  const dep = modules.map(entry => {
    const paths = loadOrder(entry, chosen).map(({ path }) => path)
    return `${entry.path}:${paths.map(path => ` ${path}`).join('')}\n`
  })
  const alias = modules.flatMap(({ path, info }) =>
    info.aliases.map(pattern => `alias ${pattern} ${moduleName(path)}\n`),
  )
  tree.set('modules.dep', fileOf(Buffer.from(dep.join(''))))
  tree.set('modules.alias', fileOf(Buffer.from(alias.join(''))))
  tree.set('modules.builtin', fileOf(Buffer.from(textOf(available, 'modules.builtin'))))
  return tree
}

/**
 * All that a module needs, the deepest last: modprobe loads them from the end, as depmod(8) writes
 * them.
 */
function loadOrder(
  { before }: ChosenModule,
  chosen: ReadonlyMap<string, ChosenModule>,
): ChosenModule[] {
  const order: ChosenModule[] = []
  const visited = new Set<string>()
  const visit = (name: string) => {
    const entry = chosen.get(name)
    if (entry === undefined || visited.has(name)) return
    visited.add(name)
    entry.before.forEach(visit)
    order.unshift(entry)
  }
  before.forEach(visit)
  return order
}

const fileOf = (content: Uint8Array): Entry => ({
  kind: 'file',
  mode: 0o644,
  uid: 0,
  gid: 0,
  content,
})

function textOf(tree: Tree, path: string): string {
  const entry = tree.get(path)
  return entry?.kind === 'file' ? Buffer.from(entry.content).toString('utf8') : ''
}

function unknownModule(name: string): never {
  fail({
    code: 'module_unknown',
    message: `the kernel has no module ${name}`,
    expected: 'the name of a module of the packaged kernel, or of one that is built in',
    found: name,
    remedy: 'correct it under `modules` in the board or in recipes/debian/recipe.yaml',
  })
}
