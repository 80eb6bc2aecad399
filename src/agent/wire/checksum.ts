/** The Internet checksum, RFC 1071. */

import { readU8, readU16 } from './bytes.ts'

/**
 * Adds the 16-bit words of `bytes` from `start` to `end` to a running sum; an odd last byte
 * counts as the high half of a word. Good for 65,535 words before the sum could overflow.
 */
export function addWords(sum: number, bytes: Uint8Array, start: number, end: number): number {
  let total = sum
  let offset = start
  for (; offset + 1 < end; offset += 2) total += readU16(bytes, offset)
  if (offset < end) total += readU8(bytes, offset) << 8
  return total
}

/** Folds the carries in, without the final complement. */
export function fold(sum: number): number {
  let folded = sum
  while (folded > 0xffff) folded = (folded & 0xffff) + Math.floor(folded / 0x10000)
  return folded
}

/** The value of the checksum field for a sum taken with that field zero. */
export const checksumOf = (sum: number) => ~fold(sum) & 0xffff

/** Whether a sum taken with the checksum field as it came is right. */
export const isIntact = (sum: number) => fold(sum) === 0xffff
