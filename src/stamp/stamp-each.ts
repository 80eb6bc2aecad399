import { join } from 'node:path'
import { type Batch, writeBatch } from '../kit/atomic-batch.ts'
import { fail } from '../kit/problem.ts'
import { readBaseFacts } from './base-facts.ts'
import type { ImageReader } from './image-reader.ts'
import { isStamped, openDirectorIso, stampPatches } from './iso.ts'
import type { NodeSource } from './node-source.ts'
import { howCopied, writePatched } from './patch.ts'
import {
  alreadyStamped,
  checkExpected,
  isNetboot,
  SECRET,
  type StampOptions,
} from './stamp-image.ts'

/** What was written for many nodes from one base image. */
export interface StampedEach {
  readonly kind: 'iso' | 'netboot'
  readonly baseSha256: string
  readonly files: readonly { readonly node: string; readonly path: string }[]
  /** Of ISOs: whether they share their blocks with the base. */
  readonly copied?: 'reflink' | 'copy'
}

/**
 * Stamps a base image for each of many nodes, a file each: all of them or none.
 *
 * @param folder takes `NODE.iso` or `NODE.img`; where the nodes are of several clusters, in a
 * folder of the cluster's name
 * @throws ProblemError as `stampImage`, and `fleet_conflict` for two nodes of one name
 */
export async function stampEach(
  image: ImageReader,
  sources: readonly NodeSource[],
  folder: string,
  options: StampOptions,
): Promise<StampedEach> {
  const kind = (await isNetboot(image)) ? 'netboot' : 'iso'
  const files = placesOf(sources, folder, kind === 'iso' ? 'iso' : 'img')
  const each = { kind, files } as const
  if (kind === 'netboot') {
    const { base_sha256: baseSha256 } = await readBaseFacts(image)
    checkExpected(image, baseSha256, options.expectedBase)
    await writeBatch(folder, async batch => writeStamps(batch, sources, files, baseSha256))
    return { ...each, baseSha256 }
  }
  const iso = await openDirectorIso(image)
  const baseSha256 = iso.layout.base_sha256
  checkExpected(image, baseSha256, options.expectedBase)
  if (!options.replace && (await isStamped(iso))) alreadyStamped(image)
  const copied = await howCopied(image.name, folder)
  await writeBatch(folder, async batch => {
    for (const [at, source] of sources.entries()) {
      const { console } = source.config.serial
      const patches = stampPatches(iso, source.stampFor(baseSha256), console)
      await writePatched(image.name, files[at]?.path ?? '', patches, SECRET, batch.produce)
    }
  })
  return { ...each, baseSha256, copied }
}

function writeStamps(
  batch: Batch,
  sources: readonly NodeSource[],
  files: StampedEach['files'],
  baseSha256: string,
): void {
  for (const [at, source] of sources.entries()) {
    batch.write(files[at]?.path ?? '', source.stampFor(baseSha256), SECRET)
  }
}

function placesOf(
  sources: readonly NodeSource[],
  folder: string,
  ending: string,
): StampedEach['files'] {
  const isOne = new Set(sources.map(({ config }) => config.cluster)).size === 1
  const taken = new Set<string>()
  return sources.map(({ config }) => {
    const { cluster, node } = config
    const path = join(folder, isOne ? '' : cluster, `${node.name}.${ending}`)
    if (taken.has(path)) doubled(`${cluster}/${node.name}`)
    taken.add(path)
    return { node: node.name, path }
  })
}

function doubled(name: string): never {
  fail({
    code: 'fleet_conflict',
    message: 'two of the nodes have the same name',
    expected: 'a cluster and a node name that only one of them has',
    found: name,
  })
}
