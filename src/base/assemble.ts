import { fail } from '../kit/problem.ts'
import type { Step } from '../kit/steps.ts'
import { layer } from '../tree/layers.ts'
import type { Entry, Tree } from '../tree/tree.ts'
import type { Archive } from './archive.ts'
import type {
  BaseRequest,
  BaseSystem,
  OperatorPackage,
  PackageFact,
  Toolbox,
} from './base-system.ts'
import { readDeb } from './deb.ts'
import { addedPackages, type BaseParts } from './debian.ts'
import { checkedFile } from './download-cache.ts'
import type { LockedPackage } from './lock.ts'
import { takeModules } from './modules.ts'
import { skeletonTree } from './skeleton.ts'
import { conflict, isWorthReading, type OpenPackage, takePaths } from './take.ts'

export interface Assembly {
  readonly archive: Archive
  readonly request: BaseRequest
  readonly parts: BaseParts
  readonly digest: string
  readonly tools: Toolbox
  readonly step: Step
}

/** Makes the base system out of its package files. */
export async function assembleBase(assembly: Assembly): Promise<BaseSystem> {
  const userLand = await openPackages(assembly)
  const owners = takePaths(userLand)
  const skeleton = skeletonTree(assembly.archive.recipe)
  const { kernel, modules, fact } = await openKernel(assembly)
  const taken = new Map<string, Entry>()
  for (const [path, owner] of owners) {
    const entry = owner.tree.get(path) as Entry
    if (skeleton.has(path) && entry.kind !== 'directory') conflict(path, 'the base', owner)
    taken.set(path, entry)
  }
  const packages = [...factsOf(userLand, owners), fact]
  return {
    kind: 'debian',
    kernel,
    tree: layer(skeleton, taken, modules),
    packages: packages.sort((left, right) => (left.name < right.name ? -1 : 1)),
    digest: assembly.digest,
  }
}

async function openPackages({ archive, request, parts, step }: Assembly): Promise<OpenPackage[]> {
  const added = new Map(addedPackages(request).map(entry => [entry.name, entry]))
  const inBase = new Set(parts.base.map(({ name }) => name))
  // The base's own version of a package serves both.
  const all = [...parts.base, ...parts.loose.filter(({ name }) => !inBase.has(name))]
  const opened: OpenPackage[] = []
  for (const fact of all) {
    step.progress(fact.name)
    const wanted = wantedOf(fact, archive, added)
    const file = await checkedFile(archive.cache, fact)
    const wantedBy = added.has(fact.name) ? `packages: ${fact.name}` : 'recipes/debian/recipe.yaml'
    opened.push({ fact, wanted, wantedBy, tree: await readDeb(file, isWorthReading(wanted)) })
  }
  return opened
}

function wantedOf(
  { name }: LockedPackage,
  { recipe }: Archive,
  added: ReadonlyMap<string, OperatorPackage>,
): OpenPackage['wanted'] {
  const own = recipe.tree.take[name] ?? []
  const entry = added.get(name)
  if (entry === undefined) return own
  return entry.paths === undefined ? 'all' : [...own, ...entry.paths]
}

function factsOf(
  packages: readonly OpenPackage[],
  owners: ReadonlyMap<string, OpenPackage>,
): PackageFact[] {
  return packages.flatMap(entry => {
    const paths = [...owners].filter(([, owner]) => owner === entry).map(([path]) => path)
    return paths.length === 0 ? [] : [toFact(entry.fact, paths)]
  })
}

function toFact({ name, version, sha256, source }: LockedPackage, paths: string[]): PackageFact {
  return { name, version, sha256, source, paths: paths.sort() }
}

async function openKernel({ archive, request, parts, tools, step }: Assembly) {
  step.progress('kernel')
  const fact = parts.kernel.find(({ name }) => /^linux-image-\d/.test(name)) ?? noKernel()
  const file = await checkedFile(archive.cache, fact)
  const tree = await readDeb(file, path => /^(?:boot\/vmlinuz-|usr\/lib\/modules\/)/.test(path))
  const [imagePath = '', image] = [...tree].find(([path]) => path.startsWith('boot/')) ?? []
  if (image?.kind !== 'file') noKernel()
  const version = imagePath.replace('boot/vmlinuz-', '')
  const folder = `usr/lib/modules/${version}/`
  const { load, have } = archive.recipe.modules
  const modules = await takeModules({
    available: below(tree, folder),
    names: [...load, ...have, ...request.board.modules],
    unpack: content => tools.run('xz', ['-dc'], { input: content }),
  })
  const placed = new Map([...modules].map(([path, entry]) => [`${folder}${path}`, entry]))
  const paths = [imagePath, ...placed.keys()]
  return { kernel: { version, image: image.content }, modules: placed, fact: toFact(fact, paths) }
}

function below(tree: Tree, folder: string): Tree {
  const inside = [...tree].filter(([path]) => path.startsWith(folder))
  return new Map(inside.map(([path, entry]) => [path.slice(folder.length), entry]))
}

function noKernel(): never {
  fail({
    code: 'kernel_missing',
    message: 'the section kernel of the recipe brings no boot/vmlinuz-*',
    where: { file: 'recipes/debian/recipe.yaml', path: 'sections.kernel' },
  })
}
