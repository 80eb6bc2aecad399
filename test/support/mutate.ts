import { fc } from './fast-check.ts'

/** A value as JSON.parse gives it. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

/** Changes one place in a value, found by choosing a way down with the numbers. */
export function mutate(root: Json, way: readonly number[], change: (at: Json) => Json): Json {
  const [step, ...rest] = way
  if (step === undefined || typeof root !== 'object' || root === null) return change(root)
  if (Array.isArray(root)) {
    if (root.length === 0) return change(root)
    return root.map((item, index) =>
      index === step % root.length ? mutate(item, rest, change) : item,
    )
  }
  const keys = Object.keys(root)
  const key = keys[step % Math.max(keys.length, 1)]
  if (key === undefined) return change(root)
  return { ...root, [key]: mutate(root[key] ?? null, rest, change) }
}

const odd: fc.Arbitrary<Json> = fc.oneof(
  fc.constantFrom<Json>(null, true, 0, -1, 1, 1.5, 256, 65536, '', 'x', 'tcp', 'default', [], {}),
  fc.constantFrom<Json>('192.0.2.1', '192.0.2.1/24', '52:54:00:d1:01:0g', 'ttyS1', [1], { a: 1 }),
  fc.integer(),
  fc.string(),
)

function without(value: Json): Json {
  if (Array.isArray(value)) return value.slice(1)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).slice(1))
}

/** A change of a value: another one, less of it, it twice, or something more in it. */
export const change: fc.Arbitrary<(value: Json) => Json> = fc.oneof(
  odd.map(value => () => value),
  fc.constant(without),
  fc.constant((value: Json) => (Array.isArray(value) ? [...value, ...value] : value)),
  odd.map(
    extra => (value: Json) =>
      typeof value === 'object' && value !== null && !Array.isArray(value)
        ? { ...value, extra }
        : value,
  ),
)

/** A way for `mutate`. */
export const way: fc.Arbitrary<number[]> = fc.array(fc.nat(40), { maxLength: 7 })
