/** The hash functions of the simulated nodes: the agent's own, and a memory of the last MACs. */

import type { Hash } from '../agent/hash.ts'
import { plainHash } from '../agent/wire/sha256.ts'

interface Known {
  readonly key: Uint8Array
  readonly bytes: Uint8Array
  readonly mac: Uint8Array
}

// Both nodes run here: what one signs the other verifies a moment later, over the same bytes.
const known: (Known | undefined)[] = Array.from({ length: 64 }, () => undefined)

/** Computes each MAC once where sender and receiver want the same. */
export const simHash: Hash = {
  sha256: plainHash.sha256,
  hmac(key, bytes) {
    const slot = placeOf(bytes)
    const held = known[slot]
    if (held !== undefined && isSame(held.bytes, bytes) && isSame(held.key, key)) return held.mac
    const mac = plainHash.hmac(key, bytes)
    known[slot] = { key, bytes: bytes.slice(), mac }
    return mac
  },
}

// By the node and the low byte of the number, where it is a frame of the heartbeat.
const placeOf = (bytes: Uint8Array) => ((bytes[6] ?? 0) * 32 + (bytes[23] ?? 0)) & 63

function isSame(left: Uint8Array, right: Uint8Array): boolean {
  if (left.length !== right.length) return false
  for (let at = 0; at < left.length; at += 1) if (left[at] !== right[at]) return false
  return true
}
