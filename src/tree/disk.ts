import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { withParents } from './layers.ts'
import { comparePaths } from './path.ts'
import type { Entry, Tree } from './tree.ts'

/**
 * Writes a tree below a folder that has none of it yet. Owners and devices need root: both are left
 * out.
 */
export async function writeTree(tree: Tree, folder: string): Promise<void> {
  const entries = [...withParents(tree)].sort(([left], [right]) => comparePaths(left, right))
  await mkdir(folder, { recursive: true })
  for (const [path, entry] of entries) await writeEntry(entry, join(folder, path))
}

async function writeEntry(entry: Entry, place: string): Promise<void> {
  switch (entry.kind) {
    case 'directory':
      // Ours to write into and to remove, whatever the mode says.
      await mkdir(place)
      await chmod(place, entry.mode | 0o700)
      break
    case 'file':
      await writeFile(place, entry.content)
      await chmod(place, entry.mode | 0o600)
      break
    case 'link':
      await symlink(entry.target, place)
      break
    case 'character':
    case 'block':
      break
  }
}
