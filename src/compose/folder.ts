import { lstat, readdir, readFile, readlink } from 'node:fs/promises'
import { join } from 'node:path'
import { fail } from '../kit/problem.ts'
import type { Entry, Tree } from '../tree/tree.ts'

/**
 * Reads a folder as a tree that belongs to root.
 *
 * Of the modes only "executable" counts, as git keeps it: a clone's umask must not change an image.
 *
 * @throws ProblemError `folder_unusable` for anything but files, folders and links
 */
export async function readFolder(folder: string): Promise<Tree> {
  const tree = new Map<string, Entry>()
  const paths = await readdir(folder, { recursive: true })
  for (const path of paths.sort()) tree.set(path, await readEntry(join(folder, path)))
  return tree
}

async function readEntry(path: string): Promise<Entry> {
  const stat = await lstat(path)
  if (stat.isDirectory()) return { kind: 'directory', mode: 0o755, uid: 0, gid: 0 }
  if (stat.isSymbolicLink()) {
    return { kind: 'link', mode: 0o777, uid: 0, gid: 0, target: await readlink(path) }
  }
  if (!stat.isFile()) {
    return fail({
      code: 'folder_unusable',
      message: 'only files, folders and links can go into an image',
      where: { file: path },
    })
  }
  const mode = (stat.mode & 0o100) === 0 ? 0o644 : 0o755
  return { kind: 'file', mode, uid: 0, gid: 0, content: await readFile(path) }
}
