import type { Entry, Tree } from '../tree/tree.ts'

/** What a root file system needs and git cannot hold: device nodes, empty folders, owners, modes. */
export function skeleton(): Tree {
  return new Map<string, Entry>([
    ...['dev', 'proc', 'sys', 'run', 'var'].map(path => folder(path, 0o755)),
    folder('tmp', 0o1777),
    folder('root', 0o700),
    // The kernel opens it for init before anything is mounted.
    ['dev/console', { kind: 'character', mode: 0o600, uid: 0, gid: 0, major: 5, minor: 1 }],
    ['dev/null', { kind: 'character', mode: 0o666, uid: 0, gid: 0, major: 1, minor: 3 }],
    link('var/run', '../run'),
    link('var/tmp', '../tmp'),
    link('etc/mtab', '../proc/self/mounts'),
  ])
}

const folder = (path: string, mode: number): [string, Entry] => [
  path,
  { kind: 'directory', mode, uid: 0, gid: 0 },
]

const link = (path: string, target: string): [string, Entry] => [
  path,
  { kind: 'link', mode: 0o777, uid: 0, gid: 0, target },
]

/** Files that only root may read, whatever layer brought them. */
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
