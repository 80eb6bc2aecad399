import type { ErrorObject, ValidateFunction } from 'ajv/dist/2020.js'

// ajv copies all errors so far for each entry that has one: with many wrong entries in one list its
// time grows with their square. So a long list is checked in windows.
const WINDOW = 500
// Above any `maxItems` and `maxProperties` of our schemas, so that those still tell.
const ITEMS_MAX = 5000
const KEYS_MAX = 1000

type Mapping = Readonly<Record<string, unknown>>

/**
 * Every error of a value, or the first ones of very many.
 *
 * @param validate with `allErrors`; it may change only copies
 * @param errors_max no further window is looked at when there are so many
 */
export function boundedErrors(
  validate: ValidateFunction,
  value: unknown,
  errors_max: number,
): readonly ErrorObject[] {
  const pruned = prune(value, true)
  if (!isMapping(pruned)) return errorsOf(validate, pruned)
  const [key, list] = longestList(pruned)
  const found: ErrorObject[] = []
  for (let start = 0; start === 0 || start < list.length; start += WINDOW) {
    const part = list.length === 0 ? {} : { [key]: list.slice(start, start + WINDOW) }
    for (const error of errorsOf(validate, { ...pruned, ...part })) {
      const isInList = error.instancePath.startsWith(`/${key}/`)
      if (isInList) found.push({ ...error, instancePath: shift(error.instancePath, start) })
      else if (start === 0) found.push(error)
    }
    if (found.length >= errors_max) break
  }
  return found
}

function errorsOf(validate: ValidateFunction, value: unknown): readonly ErrorObject[] {
  return validate(value) ? [] : (validate.errors ?? [])
}

function longestList(value: Mapping): readonly [string, readonly unknown[]] {
  let longest: readonly [string, readonly unknown[]] = ['', []]
  for (const [key, inner] of Object.entries(value)) {
    if (Array.isArray(inner) && inner.length > longest[1].length) longest = [key, inner]
  }
  return longest
}

// `/services/3/port` of the window that starts at 500 is `/services/503/port`.
function shift(pointer: string, start: number): string {
  const [empty = '', key = '', index = '0', ...rest] = pointer.split('/')
  return [empty, key, String(Number(index) + start), ...rest].join('/')
}

// A copy, shortened but for the lists at the top, which are checked in windows.
function prune(value: unknown, isTop: boolean): unknown {
  if (Array.isArray(value)) {
    const items: readonly unknown[] = value
    return items.slice(0, ITEMS_MAX).map(item => prune(item, false))
  }
  if (!isMapping(value)) return value
  return Object.fromEntries(
    Object.entries(value)
      .slice(0, KEYS_MAX)
      .map(([key, inner]) =>
        isTop && Array.isArray(inner)
          ? [key, inner.map(item => prune(item, false))]
          : [key, prune(inner, false)],
      ),
  )
}

function isMapping(value: unknown): value is Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
