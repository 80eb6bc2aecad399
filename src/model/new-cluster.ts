import { randomBytes } from 'node:crypto'
import { rm, stat } from 'node:fs/promises'
import { join, relative, resolve as resolvePath } from 'node:path'
import { asDiskProblem, writeAtomic } from '../kit/atomic.ts'
import { makeFolders } from '../kit/folder.ts'
import { fail, type Problem, ProblemError } from '../kit/problem.ts'
import { encodeOpenSshKey, encodePublicKey, generateHostKey } from './access/host-key.ts'
import { sha512crypt } from './access/sha512crypt.ts'
import { clusterTemplate } from './cluster-template.ts'

export interface NewCluster {
  readonly name: string
  readonly nodes: readonly [string, string]
  readonly forward: 'nat' | 'dr'
  /** root's password on the console. */
  readonly password: string
  /** Path of cluster.schema.json as seen from the new folder, for completion in an editor. */
  readonly schema: string
}

export interface NewFile {
  /** Relative to the folder of the cluster. */
  readonly path: string
  readonly mode: number
  readonly content: string
}

/** The files of a new cluster, and the public host key of each node for a client's known_hosts. */
export function makeNewCluster(wanted: NewCluster): {
  readonly files: readonly NewFile[]
  readonly hostKeys: Readonly<Record<string, string>>
} {
  const problems = wanted.nodes.flatMap(name => nameProblem('node', name))
  problems.push(...nameProblem('cluster', wanted.name))
  if (wanted.nodes[0] === wanted.nodes[1]) {
    problems.push({
      code: 'wrong_usage',
      message: 'the two nodes have the same name',
      expected: 'two names',
      found: wanted.nodes.join(','),
    })
  }
  const [first, ...others] = problems
  if (first !== undefined) throw new ProblemError([first, ...others])
  const keys = wanted.nodes.map(node => ({ node, key: generateHostKey() }))
  return {
    files: [
      { path: 'cluster.yaml', mode: 0o644, content: clusterTemplate(wanted) },
      { path: 'secrets/.gitignore', mode: 0o644, content: '*\n' },
      {
        path: 'secrets/console-password.hash',
        mode: 0o600,
        content: `${sha512crypt(wanted.password)}\n`,
      },
      {
        path: 'secrets/heartbeat-1.key',
        mode: 0o600,
        content: `${randomBytes(32).toString('hex')}\n`,
      },
      ...keys.map(({ node, key }) => ({
        path: `secrets/${node}.ssh_host_ed25519_key`,
        mode: 0o600,
        content: encodeOpenSshKey(key, `${node} of ${wanted.name}`),
      })),
    ],
    hostKeys: Object.fromEntries(keys.map(({ node, key }) => [node, encodePublicKey(key)])),
  }
}

// As in cluster.schema.json, $defs/name.
function nameProblem(kind: string, name: string): readonly Problem[] {
  if (/^[a-z][a-z0-9-]{0,31}$/.test(name)) return []
  return [
    {
      code: 'wrong_usage',
      message: `the name of a ${kind} is not written as it must be`,
      expected: 'a small letter, then small letters, digits and hyphens; at most 32 characters',
      found: JSON.stringify(name),
    },
  ]
}

/**
 * Writes the files of a new cluster, all of them or none.
 *
 * @throws ProblemError `exists` when one of them is there already: nothing is overwritten
 */
export async function writeNewCluster(folder: string, files: readonly NewFile[]): Promise<void> {
  for (const { path } of files) {
    const there = await stat(join(folder, path)).catch(() => undefined)
    if (there === undefined) continue
    fail({
      code: 'exists',
      message: 'a file of the new cluster is there already',
      expected: 'a folder without a cluster',
      found: join(folder, path),
      remedy: 'choose another folder, or remove the old cluster yourself',
    })
  }
  try {
    makeFolders(folder)
    makeFolders(join(folder, 'secrets'), 0o700)
  } catch (error) {
    throw asDiskProblem(error, folder)
  }
  const written: string[] = []
  try {
    for (const { path, mode, content } of files) {
      await writeAtomic(join(folder, path), content, { mode })
      written.push(join(folder, path))
    }
  } catch (error) {
    for (const path of written) await rm(path, { force: true })
    throw error
  }
}

/** Where the schema is, as seen from a folder, for the editor's first line. */
export function schemaPathFrom(folder: string): string {
  return relative(resolvePath(folder), join(import.meta.dirname, 'cluster.schema.json'))
}
