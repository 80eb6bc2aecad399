import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { projectFolder } from '../compose/agent-toolchain.ts'
import { sha256 } from '../kit/hash.ts'
import { fail } from '../kit/problem.ts'
import type { OperatorFile } from '../model/operator-files.ts'
import type { Entry, Tree } from '../tree/tree.ts'

/** The files that a cluster file adds to the base image, as a tree. */
export async function readOperatorFiles(files: readonly OperatorFile[]): Promise<Tree> {
  const tree = new Map<string, Entry>()
  for (const { source, destination, mode } of files) {
    const content = await readFile(source).catch(error => unreadable(source, error))
    tree.set(destination, { kind: 'file', mode, uid: 0, gid: 0, content })
  }
  return tree
}

function unreadable(source: string, error: NodeJS.ErrnoException): never {
  fail(
    {
      code: 'file_unreadable',
      message: 'a file that the cluster file adds to the image cannot be read',
      found: error.code ?? error.message,
      where: { file: source },
      remedy: 'put the file there or take it out of `files:`',
    },
    error,
  )
}

/** Everything of the project that says what a build should do, by name, as SHA-256. */
export async function steeringSources(board: string): Promise<Readonly<Record<string, string>>> {
  const paths = {
    recipe: 'recipes/debian/recipe.yaml',
    lock: 'recipes/debian/lock.json',
    board: `board/${board}/board.yaml`,
    cluster_schema: 'src/model/cluster.schema.json',
    node_schema: 'src/model/node.schema.json',
  }
  const sums: Record<string, string> = {}
  for (const [name, path] of Object.entries(paths)) {
    sums[name] = sha256(await readFile(join(projectFolder, path)))
  }
  return sums
}
