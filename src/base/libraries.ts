import { fail } from '../kit/problem.ts'
import { resolvePath } from '../tree/layers.ts'
import { linkTarget, parentOf } from '../tree/path.ts'
import type { Tree } from '../tree/tree.ts'
import { type ElfNeeds, readElfNeeds } from './elf.ts'

/** Where the loader of Debian looks by itself. */
export const LIBRARY_FOLDERS = ['usr/lib/x86_64-linux-gnu', 'usr/lib', 'usr/lib64'] as const

/**
 * True for paths where a library may lie: these are read from packages of which nothing was named.
 */
export function isLibraryPath(path: string): boolean {
  return /^usr\/lib(64)?\/(?:x86_64-linux-gnu\/)?[^/]*\.so(?:\.[^/]*)?$/.test(path)
}

/**
 * Follows the shared libraries of programs and libraries to the end.
 *
 * @param available every file of the packages, below the merged /usr
 * @param roots paths of what is taken; those that are no ELF files need nothing
 * @returns the paths to take besides: libraries, the loader, and the links that lead to them
 * @throws ProblemError `library_missing`
 */
export function libraryClosure(available: Tree, roots: Iterable<string>): Set<string> {
  const found = new Set<string>()
  const queue = [...roots]
  for (let path = queue.shift(); path !== undefined; path = queue.shift()) {
    const entry = available.get(path)
    if (entry?.kind !== 'file') continue
    const needs = readElfNeeds(entry.content)
    if (needs === undefined) continue
    for (const chain of neededFiles(available, path, needs)) {
      for (const step of chain) {
        if (found.has(step)) continue
        found.add(step)
        queue.push(step)
      }
    }
  }
  return found
}

function neededFiles(available: Tree, path: string, needs: ElfNeeds): string[][] {
  const folders = [
    ...needs.runPath.map(folder => folder.replace(/\$\{?ORIGIN\}?/, `/${parentOf(path)}`)),
    ...LIBRARY_FOLDERS,
  ]
  const chains = needs.needed.map(name => {
    for (const folder of folders) {
      const chain = linkChain(available, linkTarget('', `/${folder}/${name}`))
      if (chain !== undefined) return chain
    }
    return missing(path, name)
  })
  if (needs.interpreter === undefined) return chains
  const loader = needs.interpreter.replace(/^lib/, 'usr/lib')
  return [...chains, linkChain(available, loader) ?? missing(path, loader)]
}

/** Every path from a name to the file that it leads to, or undefined when it leads nowhere. */
export function linkChain(tree: Tree, path: string): string[] | undefined {
  const end = resolvePath(tree, path)
  if (end === undefined) return undefined
  const chain: string[] = []
  let here = path
  // resolvePath has shown that the chain ends.
  while (here !== end) {
    const entry = tree.get(here)
    if (entry?.kind !== 'link') return [...chain, end]
    chain.push(here)
    here = linkTarget(here, entry.target)
  }
  return [...chain, end]
}

function missing(path: string, name: string): never {
  fail({
    code: 'library_missing',
    message: `the shared library ${name} is in none of the packages`,
    expected: `a library of this name for ${path}`,
    remedy: 'add its package to the recipe, or under `packages:` in the cluster file',
  })
}
