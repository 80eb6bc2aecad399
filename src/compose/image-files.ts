import type { PackageFact } from '../base/base-system.ts'
import { sha256 } from '../kit/hash.ts'
import type { Tree } from '../tree/tree.ts'

/** One path of the root file system, for the manifest. */
export interface ImageFile {
  readonly path: string
  readonly kind: 'file' | 'link'
  /** Octal. */
  readonly mode: string
  readonly size: number
  /** Of the content, or of a link's target. */
  readonly sha256: string
  /** Where it comes from: a package, or a layer of ours. */
  readonly from: string
}

/** Where the files of a layer come from, by the layer's name. */
export type Origins = Readonly<Record<string, Tree>>

/**
 * Lists every file and link of a tree.
 *
 * @param layers what was laid over the packages, the last one on top
 */
export function listFiles(
  tree: Tree,
  packages: readonly PackageFact[],
  layers: Origins,
): readonly ImageFile[] {
  const origin = new Map<string, string>()
  for (const { name, paths } of packages) for (const path of paths) origin.set(path, name)
  const contents = new Map<unknown, string>()
  for (const [name, layer] of Object.entries(layers)) {
    for (const entry of layer.values()) if (entry.kind === 'file') contents.set(entry.content, name)
  }
  const files: ImageFile[] = []
  for (const [path, entry] of tree) {
    if (entry.kind !== 'file' && entry.kind !== 'link') continue
    const content = entry.kind === 'file' ? entry.content : Buffer.from(entry.target)
    const from = contents.get(content) ?? origin.get(path) ?? 'recipe'
    const mode = entry.mode.toString(8).padStart(4, '0')
    const sum = sha256(content)
    files.push({ path, kind: entry.kind, mode, size: content.length, sha256: sum, from })
  }
  return files.sort((left, right) => (left.path < right.path ? -1 : 1))
}
