/**
 * SHA-256 and HMAC as the core is given them: the ELF's host computes them in C, the simulator and
 * the tests in TypeScript. Both give the same bytes, so a record runs alike in either.
 */
export interface Hash {
  /** 32 bytes. */
  sha256(bytes: Uint8Array): Uint8Array
  /** HMAC-SHA256, RFC 2104: 32 bytes. A key object is never changed after its first use. */
  hmac(key: Uint8Array, bytes: Uint8Array): Uint8Array
}
