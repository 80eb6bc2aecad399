import type { Problem } from '../../kit/problem.ts'
import type { Board } from '../board.ts'
import type { ClusterSpec } from '../cluster-spec.ts'
import type { YamlDocument } from '../yaml/document.ts'
import type { DocumentPath } from '../yaml/offsets.ts'
import type { Networks } from './networks.ts'

/** What a check of meaning looks at: a cluster file whose shape is right. */
export interface Subject {
  readonly spec: ClusterSpec
  readonly board: Board
  readonly networks: Networks
}

/** Something that is well written and yet wrong, or worth a look. */
export interface Finding {
  readonly code: string
  readonly severity?: 'warning'
  readonly path: DocumentPath
  /** Which part of the entry to point at; the value unless said otherwise. */
  readonly at?: 'key'
  readonly message: string
  readonly expected?: string
  readonly found?: string
  readonly remedy?: string
}

/** One subject, one file. */
export type Check = (subject: Subject) => Iterable<Finding>

/** The finding with its place in the file. */
export function toProblem(finding: Finding, document: YamlDocument): Problem {
  const { severity: _, path, at, ...rest } = finding
  return { ...rest, where: document.where(path, at ?? 'value') }
}
