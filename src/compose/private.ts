import type { Tree } from '../tree/tree.ts'

/** Files that only root may read, whatever layer brought them: git does not keep such modes. */
const PRIVATE = ['etc/shadow']

/** Takes the group's and the others' rights from what only root may read. */
export function closePrivate(tree: Tree): Tree {
  const closed = new Map(tree)
  for (const path of PRIVATE) {
    const entry = tree.get(path)
    if (entry?.kind === 'file') closed.set(path, { ...entry, mode: 0o600 })
  }
  return closed
}
