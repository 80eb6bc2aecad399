import { readFile } from 'node:fs/promises'
import { digestOf } from '../kit/hash.ts'
import { fail } from '../kit/problem.ts'
import { type ArchiveName, recipeFolder } from './recipe.ts'

/** `recipes/debian/lock.json`: exactly which package files each section of the recipe means. */
export interface Lock {
  readonly schema: 1
  readonly sections: Readonly<Record<string, LockedSection>>
  readonly sources: Readonly<Record<string, LockedSource>>
}

export interface LockedSection {
  /** Of what the recipe asked for when this was resolved. */
  readonly request_sha256: string
  /** In order of their names. */
  readonly packages: readonly LockedPackage[]
}

/** A file in an archive's pool. No host: any mirror has it at the same place. */
export interface PoolFile {
  readonly archive: ArchiveName
  /** For example `pool/main/b/busybox/busybox-static_1.37.0-6_amd64.deb`. */
  readonly file: string
  readonly size: number
  readonly sha256: string
}

export interface LockedPackage extends PoolFile {
  readonly name: string
  readonly version: string
  readonly source: { readonly name: string; readonly version: string }
}

export interface LockedSource {
  readonly version: string
  readonly files: readonly PoolFile[]
}

/** Reads the lock; `folder` ends with a slash. */
export async function loadLock(folder: string = recipeFolder): Promise<Lock> {
  const file = `${folder}lock.json`
  const text = await readFile(file, 'utf8').catch(() => undefined)
  if (text === undefined) return { schema: 1, sections: {}, sources: {} }
  const lock = JSON.parse(text) as Lock
  if (lock.schema !== 1) {
    fail({
      code: 'lock_unknown',
      message: 'the lock file has a format that this version does not know',
      expected: 'schema 1',
      found: `schema ${JSON.stringify(lock.schema)}`,
      where: { file },
    })
  }
  return lock
}

/** SHA-256 over what the packages hold; the mirror and the way to them do not count. */
export function packagesDigest(packages: readonly LockedPackage[]): string {
  return digestOf(packages.map(({ name, sha256 }) => [name, sha256]))
}

/**
 * What differs between two resolutions of one section, one line a package, for example `xz-utils
 * 5.8.1-1 -> 5.8.1-2`.
 */
export function departures(
  locked: readonly LockedPackage[],
  resolved: readonly LockedPackage[],
): string[] {
  const before = new Map(locked.map(entry => [entry.name, entry]))
  const after = new Map(resolved.map(entry => [entry.name, entry]))
  const names = [...new Set([...before.keys(), ...after.keys()])].sort()
  return names.flatMap(name => {
    const [old, young] = [before.get(name), after.get(name)]
    if (old?.sha256 === young?.sha256) return []
    if (old === undefined) return [`${name} ${young?.version} is new`]
    if (young === undefined) return [`${name} ${old.version} is gone`]
    if (old.version === young.version) return [`${name} ${old.version} has another content`]
    return [`${name} ${old.version} -> ${young.version}`]
  })
}
