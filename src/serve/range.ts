// Byte ranges: RFC 9110, section 14.

/** Which bytes of a content a request wants. `end` is the first byte that it does not. */
export type Wanted =
  | { readonly kind: 'whole' }
  | { readonly kind: 'part'; readonly start: number; readonly end: number }
  | { readonly kind: 'unsatisfiable' }

const WHOLE: Wanted = { kind: 'whole' }

/**
 * Reads a `Range` header. What is no single range of bytes is answered with the whole, as section
 * 14.2 allows.
 */
export function readRange(header: string | undefined, size: number): Wanted {
  const found = /^bytes=[ \t]*(\d{0,15})-(\d{0,15})[ \t]*$/i.exec(header ?? '')
  if (found === null) return WHOLE
  const [, first = '', last = ''] = found
  if (first === '' && last === '') return WHOLE
  if (first === '') return lastBytes(Number(last), size)
  const [start, end] = [Number(first), last === '' ? size : Number(last) + 1]
  if (end <= start) return last === '' ? { kind: 'unsatisfiable' } : WHOLE
  return start >= size
    ? { kind: 'unsatisfiable' }
    : { kind: 'part', start, end: Math.min(end, size) }
}

function lastBytes(count: number, size: number): Wanted {
  if (count === 0 || size === 0) return { kind: 'unsatisfiable' }
  return { kind: 'part', start: Math.max(0, size - count), end: size }
}

/** Whether a list of entity tags (`If-None-Match`) names this one; weak or strong. */
export function namesTag(header: string | undefined, tag: string): boolean {
  if (header === undefined) return false
  if (header.trim() === '*') return true
  return header.split(',').some(word => word.trim().replace(/^W\//, '') === tag)
}
