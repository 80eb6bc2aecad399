import { comparePaths, linkTarget, parentOf } from './path.ts'
import type { DirectoryEntry, Entry, Tree } from './tree.ts'

// As in Linux (MAXSYMLINKS): a longer chain of links is a loop.
const LINKS_FOLLOWED_MAX = 40

const PLAIN_DIRECTORY: DirectoryEntry = { kind: 'directory', mode: 0o755, uid: 0, gid: 0 }

/**
 * Lays trees over each other; the later one wins, path by path.
 *
 * Folders that are links stay links, as `bin -> usr/bin`: an upper `bin/ls` lands in `usr/bin/ls`,
 * and an upper folder `bin` adds nothing. Missing parents are added with mode 0755. The result is
 * in byte order of its paths.
 */
export function layer(...trees: readonly Tree[]): Tree {
  const result = new Map<string, Entry>()
  for (const tree of trees) {
    for (const [path, entry] of sortedEntries(tree)) {
      const place = resolveParents(result, path)
      const old = result.get(place)
      if (old?.kind === 'link' && entry.kind === 'directory') continue
      result.set(place, entry)
    }
  }
  return new Map(sortedEntries(withParents(result)))
}

/**
 * Adds every folder that a path needs and the tree does not list: the kernel drops orphans
 * silently.
 */
export function withParents(tree: Tree): Tree {
  const result = new Map(tree)
  for (const path of tree.keys()) {
    for (let folder = parentOf(path); folder !== ''; folder = parentOf(folder)) {
      if (!result.has(folder)) result.set(folder, PLAIN_DIRECTORY)
    }
  }
  return result
}

/**
 * Follows links from a path to what it names in the end.
 *
 * @returns the final path, or undefined when it names nothing or the links run in a circle
 */
export function resolvePath(tree: Tree, path: string): string | undefined {
  let here = resolveParents(tree, path)
  for (let followed = 0; followed < LINKS_FOLLOWED_MAX; followed += 1) {
    const entry = tree.get(here)
    if (entry?.kind !== 'link') return entry === undefined ? undefined : here
    here = resolveParents(tree, linkTarget(here, entry.target))
  }
  return undefined
}

/** The path with every folder on the way that is a link replaced by what it points to. */
function resolveParents(tree: Tree, path: string): string {
  let place = path
  for (let followed = 0; followed < LINKS_FOLLOWED_MAX; followed += 1) {
    const next = replaceFirstLink(tree, place)
    if (next === place) return place
    place = next
  }
  return path
}

function replaceFirstLink(tree: Tree, path: string): string {
  for (let slash = path.indexOf('/'); slash !== -1; slash = path.indexOf('/', slash + 1)) {
    const folder = path.slice(0, slash)
    const entry = tree.get(folder)
    if (entry?.kind === 'link') return `${linkTarget(folder, entry.target)}${path.slice(slash)}`
  }
  return path
}

// Folders and links before what they hold, whatever order the tree was made in.
function sortedEntries(tree: Tree): [string, Entry][] {
  return [...tree].sort(([left], [right]) => comparePaths(left, right))
}
