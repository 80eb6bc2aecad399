import { fail } from '../kit/problem.ts'
import { cleanPath } from '../tree/path.ts'
import type { Tree } from '../tree/tree.ts'
import { isLibraryPath, libraryClosure, linkChain } from './libraries.ts'
import type { LockedPackage } from './lock.ts'

/** A package as it was read, with what is wanted of it. */
export interface OpenPackage {
  readonly fact: LockedPackage
  readonly tree: Tree
  /**
   * Files or folders; `all` for everything but documentation; empty: only libraries that others
   * need.
   */
  readonly wanted: readonly string[] | 'all'
  /** Who wants it, for the error: a file or a key. */
  readonly wantedBy: string
}

// Nobody reads them on a director.
const DOCUMENTATION = /^usr\/share\/(?:doc|man|info|locale|lintian|bug)(?:\/|$)/

/** Which paths of a package have to be read from its file at all. */
export function isWorthReading(wanted: OpenPackage['wanted']): (path: string) => boolean {
  if (wanted === 'all') return path => !DOCUMENTATION.test(path)
  const below = wanted.map(belowUsr)
  return path =>
    isLibraryPath(path) ||
    path === 'usr/lib64' ||
    below.some(want => path === want || path.startsWith(`${want}/`))
}

/**
 * What goes in of a set of packages: what is wanted by name, then its shared libraries.
 *
 * @returns path to the package that it comes from
 * @throws ProblemError `path_unknown`, `path_conflict`, `library_missing`
 */
export function takePaths(packages: readonly OpenPackage[]): Map<string, OpenPackage> {
  const owners = new Map<string, OpenPackage>()
  const everything = new Map(packages.flatMap(({ tree }) => [...tree]))
  const ownerOf = new Map(packages.flatMap(entry => [...entry.tree.keys()].map(p => [p, entry])))
  for (const entry of packages) {
    for (const path of wantedPaths(entry)) claim(owners, path, entry)
  }
  const linked = [...owners.keys()].flatMap(path => linkChain(everything, path) ?? [])
  const libraries = libraryClosure(everything, linked)
  for (const path of [...linked, ...libraries]) {
    const owner = ownerOf.get(path)
    if (owner !== undefined && !owners.has(path)) owners.set(path, owner)
  }
  return owners
}

function wantedPaths({ tree, wanted, wantedBy, fact }: OpenPackage): string[] {
  if (wanted === 'all') return [...tree.keys()]
  return wanted.map(belowUsr).flatMap(want => {
    const paths = [...tree.keys()].filter(path => path === want || path.startsWith(`${want}/`))
    if (paths.length === 0) {
      fail({
        code: 'path_unknown',
        message: `the package ${fact.name} ${fact.version} has no ${want}`,
        expected: 'a path that the package has, for example as `dpkg -L` lists it',
        found: want,
        where: { path: wantedBy },
      })
    }
    return paths
  })
}

function claim(owners: Map<string, OpenPackage>, path: string, entry: OpenPackage): void {
  const other = owners.get(path)
  const [old, young] = [other?.tree.get(path), entry.tree.get(path)]
  if (other !== undefined && other !== entry && young?.kind !== 'directory') {
    conflict(path, other.fact.name, entry)
  }
  if (old === undefined) owners.set(path, entry)
}

/** Stops because a path would come from two sides. */
export function conflict(path: string, holder: string, entry: OpenPackage): never {
  fail({
    code: 'path_conflict',
    message: `the package ${entry.fact.name} brings ${path}, which is there already`,
    expected: 'each path from one side only',
    found: `${path} of ${holder}`,
    where: { path: entry.wantedBy },
    remedy: 'name the paths to take of the package, without this one, under `paths`',
  })
}

function belowUsr(path: string): string {
  const clean = cleanPath(path)
  return /^(?:bin|sbin|lib|lib64)\//.test(clean) ? `usr/${clean}` : clean
}
