import { existsSync } from 'node:fs'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sha256 } from '../kit/hash.ts'
import { decodeCpio, encodeCpio } from '../tree/cpio.ts'
import type { BaseSystem } from './base-system.ts'
import { makeWholeFolder } from './whole-folder.ts'

const baseFolder = (cache: string, digest: string) => join(cache, 'base', digest.slice(0, 16))

interface BaseFacts {
  readonly version: string
  readonly packages: BaseSystem['packages']
  /** Of the two files beside. */
  readonly tree_sha256: string
  readonly image_sha256: string
}

/** True when a base of this digest was made before. */
export function hasBase(cache: string, digest: string): boolean {
  return existsSync(baseFolder(cache, digest))
}

/**
 * Takes a base out of the cache; undefined when it is not there, or was damaged: then it is
 * removed.
 */
export async function readBase(cache: string, digest: string): Promise<BaseSystem | undefined> {
  const folder = baseFolder(cache, digest)
  try {
    const facts = JSON.parse(await readFile(join(folder, 'facts.json'), 'utf8')) as BaseFacts
    const tree = await readFile(join(folder, 'tree.cpio'))
    const image = await readFile(join(folder, 'vmlinuz'))
    if (sha256(tree) === facts.tree_sha256 && sha256(image) === facts.image_sha256) {
      const { version, packages } = facts
      return {
        kind: 'debian',
        kernel: { version, image },
        tree: decodeCpio(tree),
        packages,
        digest,
      }
    }
  } catch {
    // Half of it is not there: the same as damaged.
  }
  await rm(folder, { recursive: true, force: true })
  return undefined
}

/** Puts a base into the cache. */
export async function writeBase(cache: string, base: BaseSystem): Promise<void> {
  const { version, image } = base.kernel
  const tree = encodeCpio(base.tree)
  const facts: BaseFacts = {
    version,
    packages: base.packages,
    tree_sha256: sha256(tree),
    image_sha256: sha256(image),
  }
  await makeWholeFolder(baseFolder(cache, base.digest), async folder => {
    await writeFile(join(folder, 'tree.cpio'), tree)
    await writeFile(join(folder, 'vmlinuz'), image)
    await writeFile(join(folder, 'facts.json'), `${JSON.stringify(facts)}\n`)
  })
}
