import type { NodeConfig } from '../model/node-config.ts'

/**
 * The operator wants another config to be the running one. It was read and checked as at a start
 * of the agent; what of it may change while it runs is for the core to say.
 */
export interface ReloadEvent {
  readonly kind: 'reload'
  /** Who asked, and is owed an answer. */
  readonly client: number
  /** As the operator named it. */
  readonly file: string
  readonly config: NodeConfig
  /** Nothing is to be done: only what it would change is asked. */
  readonly check: boolean
}
