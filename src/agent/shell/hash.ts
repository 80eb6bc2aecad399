import type { Hash } from '../hash.ts'

const DIGEST_BYTES = 32

/** By the host, in C. */
export const hostHash: Hash = {
  sha256(bytes) {
    const digest = new Uint8Array(DIGEST_BYTES)
    host.sha256(bytes, digest)
    return digest
  },
  hmac(key, bytes) {
    const digest = new Uint8Array(DIGEST_BYTES)
    host.hmac(key, bytes, digest)
    return digest
  },
}
