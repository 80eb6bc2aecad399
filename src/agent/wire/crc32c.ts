/** CRC-32C (Castagnoli): polynomial 0x1edc6f41, reflected, as in RFC 3720 appendix B.4. */

const FIRST = Int32Array.from({ length: 256 }, (_, byte) => {
  let value = byte
  for (let bit = 0; bit < 8; bit += 1) value = (value >>> 1) ^ (value & 1 ? 0x82f63b78 : 0)
  return value
})

// What a byte comes to when one more zero follows it: four bytes can be taken at once.
const followed = (table: Int32Array) =>
  table.map(value => (FIRST[value & 0xff] as number) ^ (value >>> 8))
const SECOND = followed(FIRST)
const THIRD = followed(SECOND)
const FOURTH = followed(THIRD)

/** Of the bytes before `end`; unsigned. */
export function crc32c(bytes: Uint8Array, end: number): number {
  let value = -1
  let at = 0
  for (; at + 4 <= end; at += 4) {
    value ^=
      (bytes[at] as number) |
      ((bytes[at + 1] as number) << 8) |
      ((bytes[at + 2] as number) << 16) |
      ((bytes[at + 3] as number) << 24)
    value =
      (FOURTH[value & 0xff] as number) ^
      (THIRD[(value >>> 8) & 0xff] as number) ^
      (SECOND[(value >>> 16) & 0xff] as number) ^
      (FIRST[value >>> 24] as number)
  }
  for (; at < end; at += 1) {
    value = (FIRST[(value ^ (bytes[at] as number)) & 0xff] as number) ^ (value >>> 8)
  }
  return ~value >>> 0
}
