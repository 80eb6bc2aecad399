import { digestOf, sha256 } from '../kit/hash.ts'
import { openDirectorIso, stampPatches } from '../stamp/iso.ts'
import { type Patch, patchedReader } from '../stamp/patch.ts'
import { checkBase } from '../stamp/stamp.ts'
import { type Content, tagOf } from './content.ts'
import type { StampedNode } from './library.ts'

// Each has a region of 1 MB.
const KEPT_MAX = 32

/** Makes ISOs of a base and a node's stamp, and remembers what it wrote into the last ones. */
export function openStamper(): (base: Content, node: StampedNode) => Promise<Content> {
  const kept = new Map<StampedNode, Stamping>()
  return async (base, node) => {
    const known = kept.get(node)
    const stamping = known?.baseTag === base.tag ? known : await stampingOf(base, node)
    // At the end again: the first is what was not asked for the longest time.
    kept.delete(node)
    kept.set(node, stamping)
    const [oldest] = kept.keys()
    if (kept.size > KEPT_MAX && oldest !== undefined) kept.delete(oldest)
    const { patches, tag } = stamping
    return { ...base, reader: patchedReader(base.reader, patches), tag }
  }
}

interface Stamping {
  readonly baseTag: string
  readonly tag: string
  readonly patches: readonly Patch[]
}

async function stampingOf(
  base: Content,
  { stamp, bytes, console }: StampedNode,
): Promise<Stamping> {
  const iso = await openDirectorIso(base.reader)
  // While a build is at work one of the two may be new and the other still the old one.
  checkBase(stamp.facts, iso.layout.base_sha256, base.reader.name)
  const patches = stampPatches(iso, bytes, console)
  const tag = tagOf(digestOf([base.tag, sha256(bytes), console]))
  return { baseTag: base.tag, tag, patches }
}
