import type { Lab } from '../lab.ts'
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
  /** The node that has to be the backup for it; undefined: either may be. */
  readonly backup?: (lab: Lab) => string | undefined
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

export const needsPort = ({ lab }: Scene) =>
  lab.plan.directors.every(({ hasAdapter }) => hasAdapter)
    ? 'both ends of the serial line are USB adapters'
    : undefined

/** The node whose end of the serial line is a USB adapter, where one alone has such an end. */
export function adapterNode({ plan }: Lab): string | undefined {
  const [found, ...more] = plan.directors.filter(({ hasAdapter }) => hasAdapter)
  return more.length > 0 ? undefined : found?.name
}

/** The one whose end is a port of the board, likewise. */
export function portNode(lab: Lab): string | undefined {
  const adapter = adapterNode(lab)
  const other = lab.plan.directors.find(({ name }) => name !== adapter)
  return adapter === undefined ? undefined : other?.name
}
