/** A value that two JSON documents do not share; `undefined` where one has none. */
export interface JsonChange {
  /** For example `packages[busybox-static].version`. */
  readonly path: string
  readonly first?: string
  readonly second?: string
}

const SECRET_KEY = /passw|secret|private|psk|token|(?:^|_)keys?$|(?:password|crypt)_hash$/i
const TEXT_MAX = 120

/** Which values differ between two JSON documents. What is secret is never in the answer. */
export function jsonDiff(first: unknown, second: unknown, path = ''): JsonChange[] {
  if (JSON.stringify(first) === JSON.stringify(second)) return []
  if (SECRET_KEY.test(path.slice(path.lastIndexOf('.') + 1))) return [hidden(path, first, second)]
  const [left, right] = [fieldsOf(first), fieldsOf(second)]
  if (left === undefined || right === undefined) return [{ path, ...shown(first, second) }]
  const keys = [...new Set([...left.keys(), ...right.keys()])]
  const found = keys.flatMap(key =>
    jsonDiff(left.get(key), right.get(key), key.startsWith('[') ? path + key : join(path, key)),
  )
  return found.length > 0 ? found : [{ path, first: 'one order', second: 'another order' }]
}

const join = (path: string, key: string) => (path === '' ? key : `${path}.${key}`)

function shown(first: unknown, second: unknown): Omit<JsonChange, 'path'> {
  return {
    ...(first === undefined ? {} : { first: textOf(first) }),
    ...(second === undefined ? {} : { second: textOf(second) }),
  }
}

function hidden(path: string, first: unknown, second: unknown): JsonChange {
  const word = (value: unknown) => (value === undefined ? undefined : '(secret)')
  return { path, ...shown(word(first), word(second)) }
}

// A whole object that only one side has may hold secrets further down.
function textOf(value: unknown): string {
  const text = JSON.stringify(value, (key, inner) => (SECRET_KEY.test(key) ? '(secret)' : inner))
  return text.length > TEXT_MAX ? `${text.slice(0, TEXT_MAX)}…` : text
}

/** The fields of an object, or the items of a list by what names them; undefined for the rest. */
function fieldsOf(value: unknown): ReadonlyMap<string, unknown> | undefined {
  if (value === null || typeof value !== 'object') return undefined
  if (!Array.isArray(value)) return new Map(Object.entries(value))
  const names = value.map(nameOf)
  const areNames = names.every((name, index) => name !== undefined && names.indexOf(name) === index)
  return new Map(value.map((item, index) => [`[${areNames ? names[index] : index}]`, item]))
}

function nameOf(item: unknown): string | undefined {
  if (typeof item === 'string') return item
  const { path, name, alg } = (item ?? {}) as Readonly<Record<string, unknown>>
  const found = path ?? name ?? alg
  return typeof found === 'string' ? found : undefined
}
