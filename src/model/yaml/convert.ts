import { type Alias, isAlias, isMap, isScalar, isSeq, type Node, type YAMLMap } from 'yaml'
import type { Problem, Where } from '../../kit/problem.ts'
import { DEPTH_MAX } from './guard.ts'
import { textOfKey } from './offsets.ts'

// What a file of the largest size can hold without aliases; an alias bomb has billions.
const VALUES_MAX = 1_000_000
// More help nobody.
const PROBLEMS_MAX = 50

interface Anchored {
  readonly value: unknown
  /** How many values it stands for, itself and those in it. */
  readonly weight: number
}

interface Conversion {
  readonly place: (offset: number) => Where
  readonly problems: Problem[]
  /** By name; `undefined` while the value is being converted. */
  readonly anchors: Map<string, Anchored | undefined>
  /** Values so far, an alias counted as all that it stands for. */
  count: number
}

/** Turns the nodes of a document into plain values. Aliased values are shared, not copied. */
export function convert(
  root: Node | null,
  place: (offset: number) => Where,
): { readonly value: unknown; readonly problems: readonly Problem[] } {
  const conversion: Conversion = { place, problems: [], anchors: new Map(), count: 0 }
  const value = convertNode(root, 0, conversion)
  return { value, problems: conversion.problems }
}

function convertNode(node: unknown, depth: number, conversion: Conversion): unknown {
  if (isAlias(node)) return convertAlias(node, conversion)
  const { anchors } = conversion
  const before = conversion.count
  conversion.count += 1
  if (depth > DEPTH_MAX) {
    add(conversion, node, 'too_deep', 'the file nests lists or mappings too deeply', {
      expected: `at most ${DEPTH_MAX} levels`,
    })
    return null
  }
  const anchor = (node as { anchor?: string } | null)?.anchor
  if (anchor !== undefined) anchors.set(anchor, undefined)
  let value: unknown = null
  if (isScalar(node)) value = node.value
  else if (isSeq(node)) value = node.items.map(item => convertNode(item, depth + 1, conversion))
  else if (isMap(node)) value = convertMap(node, depth, conversion)
  if (anchor !== undefined) anchors.set(anchor, { value, weight: conversion.count - before })
  return value
}

function convertMap(map: YAMLMap, depth: number, conversion: Conversion): unknown {
  const entries = new Map<string, unknown>()
  const places = new Map<string, unknown>()
  for (const { key, value } of map.items) {
    if (!isScalar(key)) {
      add(conversion, key ?? map, 'key_not_text', 'a key is not a text', { expected: 'a name' })
      continue
    }
    const name = textOfKey(key)
    const first = places.get(name)
    if (first === undefined) {
      places.set(name, key)
      entries.set(name, convertNode(value, depth + 1, conversion))
    } else {
      const { line } = conversion.place(startOf(first))
      add(conversion, key, 'duplicate_key', `the key ${name} is there twice`, {
        expected: 'each key once',
        found: `the first one in line ${line}`,
      })
    }
  }
  return Object.fromEntries(entries)
}

function convertAlias(alias: Alias, conversion: Conversion): unknown {
  const { source } = alias
  const anchored = conversion.anchors.get(source)
  if (anchored === undefined) {
    const cycle = conversion.anchors.has(source)
    add(
      conversion,
      alias,
      cycle ? 'alias_cycle' : 'alias_unknown',
      cycle ? `*${source} stands within &${source}` : `there is no &${source} above *${source}`,
      {},
    )
    return null
  }
  conversion.count += anchored.weight
  if (conversion.count > VALUES_MAX) {
    if (conversion.problems.every(({ code }) => code !== 'alias_bomb')) {
      add(conversion, alias, 'alias_bomb', 'the aliases of the file stand for too many values', {
        expected: `at most ${VALUES_MAX} values in all`,
      })
    }
    return null
  }
  return anchored.value
}

function add(
  conversion: Conversion,
  node: unknown,
  code: string,
  message: string,
  more: { readonly expected?: string; readonly found?: string },
): void {
  if (conversion.problems.length >= PROBLEMS_MAX) return
  conversion.problems.push({ code, message, ...more, where: conversion.place(startOf(node)) })
}

function startOf(node: unknown): number {
  return (node as { range?: readonly number[] | null } | null)?.range?.[0] ?? 0
}
