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

/** What is from `from` on and before `end`, as a view: `subarray` takes twice as long. */
export const part = (bytes: Uint8Array, from: number, end: number) =>
  new Uint8Array(bytes.buffer, bytes.byteOffset + from, end - from)

const DIGITS = '0123456789abcdef'

const PAIRS = Array.from(
  { length: 256 },
  (_, byte) => DIGITS.charAt(byte >>> 4) + DIGITS.charAt(byte & 15),
)

/** Lower case, two digits a byte, no separator. */
export function toHex(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length; at += 1) text += PAIRS[bytes[at] as number]
  return text
}

/** @returns undefined for an odd count of digits or for a character that is not one */
export function fromHex(text: string): Uint8Array | undefined {
  if (text.length % 2 !== 0) return undefined
  const bytes = new Uint8Array(text.length / 2)
  for (let index = 0; index < bytes.length; index += 1) {
    const high = digitOf(text.charCodeAt(2 * index))
    const low = digitOf(text.charCodeAt(2 * index + 1))
    if (high < 0 || low < 0) return undefined
    bytes[index] = (high << 4) | low
  }
  return bytes
}

// Of a character code, below 0: no digit. Small letters are 32 above the large ones.
function digitOf(code: number): number {
  if (code >= 48 && code <= 57) return code - 48
  const letter = code | 32
  return letter >= 97 && letter <= 102 ? letter - 87 : -1
}
