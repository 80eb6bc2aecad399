/** The answer to `reload`, as reload.schema.json describes it. */

import type { Change, RefusedChange } from './config-change.ts'

export interface ReloadAnswer {
  readonly schema: 1
  /** The file, as the operator named it. */
  readonly reload: string
  readonly node: string
  /** False: nothing was changed, and nothing would be. */
  readonly accepted: boolean
  /** `possible`: it was only asked. */
  readonly outcome: 'begun' | 'possible' | 'unchanged' | 'refused'
  /** Of the config that runs now. */
  readonly shared_digest: string
  /** What differs and may change, the first ones. */
  readonly changes: readonly Change[]
  /** How many there are. */
  readonly changes_total: number
  readonly refused: readonly RefusedChange[]
  /** What the operator has to do besides. */
  readonly to_do: readonly string[]
}

/** So many changes are listed. */
export const CHANGES_MAX = 100

const OTHER_NODE =
  'reload the other node with its own node.json: until then the two differ, and nothing fails back'
const STAMP =
  'stamp this node anew: it runs from memory, and its next boot has the configuration of its stamp'
const REMEDIES = {
  faulty: 'correct the file; the agent goes on with what it has',
  not_live:
    'hand over with `directorctl standby`, stamp the node with the new configuration and boot it',
  later: 'try again when `directorctl status` says that it listens',
} as const

interface Told {
  readonly file: string
  readonly node: string
  readonly shared_digest: string
}

/** It is the running config from now on, or could be. */
export function acceptedReload(
  { file, node, shared_digest }: Told,
  changes: readonly Change[],
  check: boolean,
): ReloadAnswer {
  const outcome = changes.length === 0 ? 'unchanged' : check ? 'possible' : 'begun'
  return {
    ...{ schema: 1, reload: file, node, accepted: true, outcome, shared_digest },
    ...{ changes: changes.slice(0, CHANGES_MAX), changes_total: changes.length, refused: [] },
    to_do: outcome === 'unchanged' ? [] : [OTHER_NODE, STAMP],
  }
}

/** It cannot be, and nothing was changed. */
export function refusedReload(
  { file, node, shared_digest }: Told,
  refused: readonly RefusedChange[],
  why: keyof typeof REMEDIES,
): ReloadAnswer {
  return {
    ...{ schema: 1, reload: file, node, accepted: false, outcome: 'refused', shared_digest },
    ...{ changes: [], changes_total: 0, refused },
    to_do: [REMEDIES[why]],
  }
}
