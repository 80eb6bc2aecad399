import { dirname, resolve as resolvePath } from 'node:path'
import { type Problem, ProblemError } from '../kit/problem.ts'
import { readHeartbeatKeys } from './access/heartbeat-keys.ts'
import { type Access, readAccess } from './access/read-access.ts'
import type { Board } from './board.ts'
import { boardNames, loadBoard, unknownBoard } from './board-file.ts'
import clusterSchema from './cluster.schema.json' with { type: 'json' }
import type { ClusterSpec } from './cluster-spec.ts'
import { checks } from './meaning/all.ts'
import { type Finding, toProblem } from './meaning/finding.ts'
import { networksOf } from './meaning/networks.ts'
import {
  findOperatorFiles,
  type OperatorFile,
  type OperatorPackage,
  packagesOf,
} from './operator-files.ts'
import { inFileOrder, throwProblems } from './problem-list.ts'
import type { Secret } from './secret.ts'
import { checkShape, compileShape, type Shape } from './shape.ts'
import { readYaml, type YamlDocument } from './yaml/document.ts'

/** A cluster file that was read and found right, with all that it refers to. */
export interface Cluster {
  /** The file, as an absolute path. */
  readonly path: string
  readonly name: string
  /** The content of the file, defaults filled in. */
  readonly spec: ClusterSpec
  readonly board: Board
  readonly access: Access
  /** By id, hexadecimal. */
  readonly heartbeat_keys: ReadonlyMap<number, Secret>
  /** What the operator adds to the base image. */
  readonly files: readonly OperatorFile[]
  readonly packages: readonly OperatorPackage[]
  /** What is allowed and yet worth a look. */
  readonly warnings: readonly Problem[]
}

// Of a file in which every real server is wrong, enough to show those that stand first.
const FINDINGS_MAX = 1000

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
  const board = await boardOf(spec, document)

  const findings = checkMeaning(spec, board)
  const problems = findings
    .filter(({ severity }) => severity !== 'warning')
    .slice(0, FINDINGS_MAX)
    .map(finding => toProblem(finding, document))
  const folder = dirname(resolvePath(path))
  const access = await readAccess(spec, document, folder, problems)
  const heartbeat_keys = await readHeartbeatKeys(spec, document, folder, problems)
  const files = await findOperatorFiles(spec, document, folder, problems)
  throwProblems(problems)

  const warnings = findings.slice(0, FINDINGS_MAX).map(finding => toProblem(finding, document))
  return {
    path: resolvePath(path),
    name: spec.cluster,
    spec,
    board,
    access,
    heartbeat_keys,
    files,
    packages: packagesOf(spec),
    warnings: inFileOrder(warnings),
  }
}

function checkMeaning(spec: ClusterSpec, board: Board): readonly Finding[] {
  const subject = { spec, board, networks: networksOf(spec) }
  return checks.flatMap(check => [...check(subject)])
}

async function boardOf(spec: ClusterSpec, document: YamlDocument): Promise<Board> {
  if (boardNames().includes(spec.board)) return loadBoard(spec.board)
  throw new ProblemError([{ ...unknownBoard(spec.board), where: document.where(['board']) }])
}
