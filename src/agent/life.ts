/** What a director is given when it begins, beside its config. */

import type { Hash } from './hash.ts'

export interface Life {
  /** Of the agent, for `status` and for the peer. */
  readonly version: string
  /** 32 bytes of the kernel's random source, new at each start; every nonce comes from them. */
  readonly entropy: Uint8Array
  readonly hash: Hash
  /** A restored node takes nothing over until `join`. */
  readonly held: boolean
  /** The lowest and highest major of the heartbeat, where not all that the code speaks. */
  readonly versions?: readonly [number, number]
}
