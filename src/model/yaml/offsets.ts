import {
  isAlias,
  isCollection,
  isMap,
  isPair,
  isScalar,
  type Node,
  type Pair,
  type YAMLMap,
} from 'yaml'

/** Keys and indexes from the top of a document to a value. */
export type DocumentPath = readonly (string | number)[]

/** Finds where in the text a value or its key begins; of what is not there, its nearest owner. */
export type FindOffset = (path: DocumentPath, at: 'key' | 'value') => number

/** A finder for one document. It goes through aliases. */
export function offsetsIn(root: Node | null): FindOffset {
  const pairsOf = rememberPairs()
  const anchors = new Map<string, unknown>()
  const follow = (node: unknown): unknown => {
    if (!isAlias(node)) return node
    if (anchors.size === 0) collectAnchors(root, anchors)
    return anchors.get(node.source)
  }
  return (path, at) => {
    let node: unknown = root
    let offset = startOf(root) ?? 0
    for (const [depth, step] of path.entries()) {
      node = follow(node)
      if (isMap(node)) {
        const pair = pairsOf(node).get(String(step))
        if (pair === undefined) return offset
        const isKeyWanted = at === 'key' && depth === path.length - 1
        const keyOffset = startOf(pair.key) ?? offset
        offset = isKeyWanted ? keyOffset : (startOf(pair.value) ?? keyOffset)
        node = pair.value
      } else {
        const item: unknown = isCollection(node) ? node.items[Number(step)] : undefined
        if (item === undefined) return offset
        offset = startOf(item) ?? offset
        node = item
      }
    }
    return offset
  }
}

/** A key as text: `10` and `true` are keys like others. */
export function textOfKey(key: { readonly value?: unknown; readonly source?: string }): string {
  return typeof key.value === 'string' ? key.value : (key.source ?? String(key.value))
}

// Thousands of problems may be in one mapping.
function rememberPairs(): (map: YAMLMap) => ReadonlyMap<string, Pair> {
  const known = new WeakMap<YAMLMap, ReadonlyMap<string, Pair>>()
  return map => {
    const pairs =
      known.get(map) ??
      new Map(
        map.items.flatMap(pair =>
          isScalar(pair.key) ? [[textOfKey(pair.key), pair] as const] : [],
        ),
      )
    known.set(map, pairs)
    return pairs
  }
}

function collectAnchors(node: unknown, anchors: Map<string, unknown>): void {
  if (isPair(node)) collectAnchors(node.value, anchors)
  else if (isCollection(node)) {
    if (node.anchor !== undefined) anchors.set(node.anchor, node)
    for (const item of node.items) collectAnchors(item, anchors)
  }
}

function startOf(node: unknown): number | undefined {
  return (node as { range?: readonly number[] | null } | null | undefined)?.range?.[0]
}
