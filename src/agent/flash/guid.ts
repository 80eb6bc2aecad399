// A GUID on a disk: UEFI 2.10, appendix A. The first three fields are little-endian.
const ORDER = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15]
const DASHES_BEFORE = [4, 6, 8, 10]

/** The 16 bytes of a GUID that is given as text. */
export function encodeGuid(text: string): Uint8Array {
  const digits = text.split('-').join('')
  return Uint8Array.from(ORDER, at => Number.parseInt(digits.slice(2 * at, 2 * at + 2), 16))
}

/** The text of a GUID, in small letters. */
export function decodeGuid(bytes: Uint8Array): string {
  const shown = ORDER.map((at, index) => {
    const digits = (bytes[at] ?? 0).toString(16).padStart(2, '0')
    return DASHES_BEFORE.includes(index) ? `-${digits}` : digits
  })
  return shown.join('')
}

/**
 * The GUIDs of a disk and its partitions, from one seed: they differ in the last two digits, which
 * hold the partition's number. Version 8 of RFC 9562.
 *
 * @param seed 32 hexadecimal digits or more
 */
export function guidsFrom(seed: string): {
  readonly disk: string
  readonly partition: (number: number) => string
} {
  const variant = ((Number.parseInt(seed.slice(16, 17), 16) & 3) | 8).toString(16)
  const head = [
    seed.slice(0, 8),
    seed.slice(8, 12),
    `8${seed.slice(13, 16)}`,
    `${variant}${seed.slice(17, 20)}`,
    seed.slice(20, 30),
  ].join('-')
  const partition = (number: number) => head + number.toString(16).padStart(2, '0')
  return { disk: partition(0), partition }
}
