import { lstat, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pack } from 'tar-stream'
import { readFolder } from '../compose/folder.ts'
import { encodeGzip } from '../stamp/gzip.ts'
import { comparePaths } from '../tree/path.ts'
import type { Entry } from '../tree/tree.ts'

// All that says how the images are made; tests and what npm brings are no part of it.
const PARTS = [
  ...['board', 'images', 'overlay', 'recipes', 'src', 'director', 'package.json'],
  ...['package-lock.json', 'tsconfig.json', 'LICENSE', 'README.md', 'docs'],
]

/**
 * Packs this project's own recipes, overlay and code as a gzipped tar: equal files, equal bytes.
 *
 * @param project its folder
 * @param top the folder that everything lies in
 */
export async function packOwnSources(project: string, top: string): Promise<Uint8Array> {
  const entries: [string, Entry][] = []
  for (const part of PARTS) {
    const place = join(project, part)
    if ((await lstat(place)).isDirectory()) {
      for (const [path, entry] of await readFolder(place)) entries.push([`${part}/${path}`, entry])
    } else entries.push([part, await plainFile(place)])
  }
  entries.sort(([left], [right]) => comparePaths(left, right))
  return encodeGzip(await encodeTar(entries, top))
}

async function plainFile(path: string): Promise<Entry> {
  const { mode } = await lstat(path)
  const content = await readFile(path)
  return { kind: 'file', mode: (mode & 0o100) === 0 ? 0o644 : 0o755, uid: 0, gid: 0, content }
}

async function encodeTar(
  entries: readonly (readonly [string, Entry])[],
  top: string,
): Promise<Uint8Array> {
  const archive = pack()
  const pieces: Buffer[] = []
  const read = (async () => {
    for await (const piece of archive) pieces.push(piece as Buffer)
  })()
  for (const [path, entry] of entries) {
    const head = { name: `${top}/${path}`, mode: entry.mode, uid: 0, gid: 0, mtime: new Date(0) }
    if (entry.kind === 'file') archive.entry({ ...head, type: 'file' }, Buffer.from(entry.content))
    if (entry.kind === 'link') archive.entry({ ...head, type: 'symlink', linkname: entry.target })
  }
  archive.finalize()
  await read
  return Buffer.concat(pieces)
}
