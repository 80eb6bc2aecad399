import type { Scene } from './scene.ts'

/** What is done to a pair, and what must come of it. */
export interface LabCase {
  /** For `--scenario`. Where `director drill` has the like, its name. */
  readonly name: string
  /** The row of the failure matrix. */
  readonly row: number
  readonly title: string
  /** Why it cannot be tried on this pair; undefined: it can. */
  readonly lacks?: (scene: Scene) => string | undefined
  /** Does it, waits for what must come of it, and takes it back. Throws if it does not come. */
  readonly act: (scene: Scene) => Promise<void>
  /** Whether the node that was active still is at the end, or the other one. */
  readonly owner: 'stays' | 'moves'
  /** The longest time without an answer of the VIP that is as promised. */
  readonly outage_max_ms: (scene: Scene) => number
  /** How long two may answer, and why: absent, never. */
  readonly exception?: { readonly overlap_max_ms: number; readonly why: string }
  /** Leaves a node switched off, for the next case or for the end. */
  readonly leavesOff?: boolean
  /** Begins as the case before it has ended, though a node is off. */
  readonly beginsOff?: boolean
}

export const needsLine = ({ config }: Scene) =>
  config.heartbeat?.paths.some(({ kind }) => kind === 'serial') === true
    ? undefined
    : 'there is no serial path of the heartbeat in the cluster file'

export const needsHeartbeat = ({ config }: Scene) =>
  config.heartbeat === undefined ? 'there is no heartbeat in the cluster file' : undefined

export const needsConnectivity = (scene: Scene) =>
  needsHeartbeat(scene) ??
  (scene.config.connectivity?.some(group => group.interface === scene.instance.interface) === true
    ? undefined
    : 'there is no connectivity group on the VIP’s interface in the cluster file')
