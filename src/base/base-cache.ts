import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { writeAtomic } from '../kit/atomic.ts'
import { decodeCpio, encodeCpio } from '../tree/cpio.ts'
import type { BaseSystem } from './base-system.ts'

const baseFolder = (cache: string, digest: string) => join(cache, 'base', digest.slice(0, 16))

/** True when a base of this digest was made before. */
export function hasBase(cache: string, digest: string): boolean {
  return existsSync(baseFolder(cache, digest))
}

/** Takes a base out of the cache: three files in a folder that is there whole or not at all. */
export async function readBase(cache: string, digest: string): Promise<BaseSystem> {
  const folder = baseFolder(cache, digest)
  const [facts, tree, image] = await Promise.all([
    readFile(join(folder, 'facts.json'), 'utf8'),
    readFile(join(folder, 'tree.cpio')),
    readFile(join(folder, 'vmlinuz')),
  ])
  const { version, packages } = JSON.parse(facts) as BaseFacts
  return { kind: 'debian', kernel: { version, image }, tree: decodeCpio(tree), packages, digest }
}

interface BaseFacts {
  readonly version: string
  readonly packages: BaseSystem['packages']
}

/** Puts a base into the cache. */
export async function writeBase(cache: string, base: BaseSystem): Promise<void> {
  const folder = baseFolder(cache, base.digest)
  const unfinished = `${folder}.${randomBytes(4).toString('hex')}.part`
  const facts: BaseFacts = { version: base.kernel.version, packages: base.packages }
  try {
    await mkdir(unfinished, { recursive: true })
    await writeAtomic(join(unfinished, 'tree.cpio'), encodeCpio(base.tree))
    await writeAtomic(join(unfinished, 'vmlinuz'), base.kernel.image)
    await writeAtomic(join(unfinished, 'facts.json'), `${JSON.stringify(facts)}\n`)
    await rename(unfinished, folder).catch(error => {
      // Another program was faster: its base has the same content.
      if (!existsSync(folder)) throw error
    })
  } finally {
    await rm(unfinished, { recursive: true, force: true })
  }
}
