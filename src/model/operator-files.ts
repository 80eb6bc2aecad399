import { stat } from 'node:fs/promises'
import { resolve as resolvePath } from 'node:path'
import type { Problem } from '../kit/problem.ts'
import type { ClusterSpec } from './cluster-spec.ts'
import type { YamlDocument } from './yaml/document.ts'

const FILE_BYTES_MAX = 64 << 20

export interface OperatorFile {
  /** Absolute path on this machine. */
  readonly source: string
  /** Path in the tree, without a leading slash. */
  readonly destination: string
  /** Permission bits, for example 0o644. */
  readonly mode: number
}

export interface OperatorPackage {
  readonly name: string
  /** Paths in the tree, without a slash at either end; a folder takes all below it. */
  readonly paths?: readonly string[]
}

/** Finds the operator's files; what is wrong with them goes to `problems`. */
export async function findOperatorFiles(
  spec: ClusterSpec,
  document: YamlDocument,
  folder: string,
  problems: Problem[],
): Promise<readonly OperatorFile[]> {
  const files: OperatorFile[] = []
  for (const [index, { source, destination, mode }] of spec.files.entries()) {
    const path = resolvePath(folder, source)
    const found = await describeUnusable(path)
    if (found !== undefined) {
      problems.push({
        code: 'source_unusable',
        message: 'a file for the image cannot be used',
        expected: `a plain file of at most ${FILE_BYTES_MAX} bytes that you may read`,
        found: `${path}: ${found}`,
        where: document.where(['files', index, 'source']),
      })
    }
    files.push({
      source: path,
      destination: destination.slice(1),
      mode: Number.parseInt(mode, 8),
    })
  }
  return files
}

async function describeUnusable(path: string): Promise<string | undefined> {
  try {
    const status = await stat(path)
    if (status.isDirectory()) return 'a folder; name each file'
    if (!status.isFile()) return 'no plain file'
    return status.size > FILE_BYTES_MAX ? `${status.size} bytes` : undefined
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'unreadable'
  }
}

/** The operator's packages, each in the long form. */
export function packagesOf(spec: ClusterSpec): readonly OperatorPackage[] {
  return spec.packages.map(entry => {
    if (typeof entry === 'string') return { name: entry }
    const { name, paths } = entry
    return paths === undefined ? { name } : { name, paths: paths.map(withoutSlashes) }
  })
}

function withoutSlashes(path: string): string {
  return path.replaceAll(/^\/+|\/+$/g, '')
}
