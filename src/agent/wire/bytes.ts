/** Big-endian integers and hexadecimal over Uint8Array. Reading past the end reads zeroes. */

export const readU8 = (bytes: Uint8Array, offset: number) => bytes[offset] ?? 0

export const readU16 = (bytes: Uint8Array, offset: number) =>
  (readU8(bytes, offset) << 8) | readU8(bytes, offset + 1)

/** Unsigned, so that addresses compare in network order. */
export const readU32 = (bytes: Uint8Array, offset: number) =>
  ((readU16(bytes, offset) << 16) | readU16(bytes, offset + 2)) >>> 0

/** Writes the low 16 bits. */
export function writeU16(bytes: Uint8Array, offset: number, value: number): void {
  bytes[offset] = value >>> 8
  bytes[offset + 1] = value
}

/** Writes the low 32 bits. */
export function writeU32(bytes: Uint8Array, offset: number, value: number): void {
  writeU16(bytes, offset, value >>> 16)
  writeU16(bytes, offset + 2, value)
}

const DIGITS = '0123456789abcdef'

/** Lower case, two digits a byte, no separator. */
export function toHex(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += DIGITS.charAt(byte >>> 4) + DIGITS.charAt(byte & 15)
  return text
}

/** @returns undefined for an odd count of digits or for a character that is not one */
export function fromHex(text: string): Uint8Array | undefined {
  if (text.length % 2 !== 0) return undefined
  const bytes = new Uint8Array(text.length / 2)
  const lower = text.toLowerCase()
  for (let index = 0; index < bytes.length; index += 1) {
    const high = DIGITS.indexOf(lower.charAt(2 * index))
    const low = DIGITS.indexOf(lower.charAt(2 * index + 1))
    if (high < 0 || low < 0) return undefined
    bytes[index] = (high << 4) | low
  }
  return bytes
}
