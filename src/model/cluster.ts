import { resolve as resolvePath } from 'node:path'
import { type Problem, ProblemError } from '../kit/problem.ts'
import type { Board } from './board.ts'
import { boardNames, loadBoard, unknownBoard } from './board-file.ts'
import clusterSchema from './cluster.schema.json' with { type: 'json' }
import type { ClusterSpec } from './cluster-spec.ts'
import type { Secret } from './secret.ts'
import { checkShape, compileShape, type Shape, throwProblems } from './shape.ts'
import { readYaml } from './yaml/document.ts'

/** A cluster file that was read and found right, with all that it refers to. */
export interface Cluster {
  /** The file, as an absolute path. */
  readonly path: string
  readonly name: string
  /** The content of the file, defaults filled in. */
  readonly spec: ClusterSpec
  readonly board: Board
  readonly access: Access
  /** What the operator adds to the base image. */
  readonly files: readonly OperatorFile[]
  readonly packages: readonly OperatorPackage[]
  /** What is allowed and yet worth a look. */
  readonly warnings: readonly Problem[]
}

/** The content of the files that `access` and the nodes refer to. */
export interface Access {
  /** Lines of an OpenSSH authorized_keys file. */
  readonly authorized_keys: readonly string[]
  readonly console_password_hash?: Secret
  /** By node name: dropbear's private key file, base64. */
  readonly ssh_host_keys: ReadonlyMap<string, Secret>
}

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
  /** Paths in the tree, without a leading slash; one that ends with a slash takes all below it. */
  readonly paths?: readonly string[]
}

let shape: Shape | undefined

/**
 * Reads a cluster file and all that it refers to.
 *
 * @throws ProblemError with everything that is wrong, each with its place in the file
 */
export async function load(path: string): Promise<Cluster> {
  const document = await readYaml(path)
  shape ??= compileShape(clusterSchema)
  checkShape(document, shape)
  const spec = document.value as ClusterSpec
  if (!boardNames().includes(spec.board)) {
    throw new ProblemError([{ ...unknownBoard(spec.board), where: document.where(['board']) }])
  }
  const board = await loadBoard(spec.board)
  const folder = resolvePath(path, '..')
  throwProblems([])
  return {
    path: resolvePath(path),
    name: spec.cluster,
    spec,
    board,
    access: { authorized_keys: [], ssh_host_keys: new Map() },
    files: spec.files.map(file => ({
      source: resolvePath(folder, file.source),
      destination: file.destination.slice(1),
      mode: Number.parseInt(file.mode, 8),
    })),
    packages: spec.packages.map(entry =>
      typeof entry === 'string'
        ? { name: entry }
        : {
            name: entry.name,
            ...(entry.paths === undefined ? {} : { paths: entry.paths.map(at => at.slice(1)) }),
          },
    ),
    warnings: [],
  }
}
