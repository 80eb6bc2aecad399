import type { Life } from '../life.ts'
import { hostHash } from './hash.ts'
import { orRefuse } from './start.ts'

const ENTROPY_BYTES = 32

/** What this start of the agent brings along; it waits until the kernel has randomness. */
export function newLife(): Life {
  const entropy = new Uint8Array(ENTROPY_BYTES)
  orRefuse(host.random(entropy), 'read randomness')
  return { version: AGENT_VERSION, entropy, hash: hostHash, held: false }
}
