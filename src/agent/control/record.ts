/** Events and effects as lines of JSON, bytes as hexadecimal, for recording and replay. */

import { fromHex, toHex } from '../wire/bytes.ts'

/** One line without a line feed. Bytes become `{"hex":"..."}`. */
export function encodeRecord(entry: unknown): string {
  return JSON.stringify(entry, (_, value: unknown) =>
    value instanceof Uint8Array ? { hex: toHex(value) } : value,
  )
}

/** @returns undefined for what is no JSON */
export function decodeRecord(line: string): unknown {
  try {
    return JSON.parse(line, (_, value: unknown) => bytesOf(value) ?? value)
  } catch {
    return undefined
  }
}

function bytesOf(value: unknown): Uint8Array | undefined {
  if (typeof value !== 'object' || value === null || !('hex' in value)) return undefined
  const isAlone = Object.keys(value).length === 1
  return isAlone && typeof value.hex === 'string' ? fromHex(value.hex) : undefined
}
