/** CRC-32C (Castagnoli): polynomial 0x1edc6f41, reflected, as in RFC 3720 appendix B.4. */

const TABLE = Int32Array.from({ length: 256 }, (_, byte) => {
  let value = byte
  for (let bit = 0; bit < 8; bit += 1) value = (value >>> 1) ^ (value & 1 ? 0x82f63b78 : 0)
  return value
})

/** Of the bytes before `end`; unsigned. */
export function crc32c(bytes: Uint8Array, end: number): number {
  let value = -1
  for (let at = 0; at < end; at += 1) {
    value = (TABLE[(value ^ (bytes[at] as number)) & 0xff] as number) ^ (value >>> 8)
  }
  return ~value >>> 0
}
