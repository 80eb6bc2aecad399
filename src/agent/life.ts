/** What a director is given when it begins, beside its config. */

import type { Hash } from './hash.ts'

export interface Life {
  /** Of the agent, for `status` and for the peer. */
  readonly version: string
  /** 32 bytes of the kernel's random source, new at each start; every nonce comes from them. */
  readonly entropy: Uint8Array
  readonly hash: Hash
  /** Groups that take nothing over until `join`: of a restored node, or held before this start. */
  readonly held: readonly string[]
  /** The lowest and highest major of the heartbeat, where not all that the code speaks. */
  readonly versions?: readonly [number, number]
}
