import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { sha256File } from '../kit/hash.ts'
import { fail } from '../kit/problem.ts'
import type { PoolFile } from './lock.ts'

/** Where the cache keeps a file: by its hash, so that a name never stands for another content. */
export function cachedFile(cache: string, sha256: string): string {
  return join(cache, 'downloads', sha256)
}

/** True when every file is in the cache. What is there under its hash was checked when it came. */
export function allCached(cache: string, files: readonly PoolFile[]): boolean {
  return files.every(({ sha256 }) => existsSync(cachedFile(cache, sha256)))
}

/**
 * The path of a file in the cache, after its hash was checked once more.
 *
 * @throws ProblemError `cache_damaged`; the file is removed, so that the next run fetches it
 */
export async function checkedFile(
  cache: string,
  { sha256, file }: Pick<PoolFile, 'sha256' | 'file'>,
): Promise<string> {
  const path = cachedFile(cache, sha256)
  const found = await sha256File(path)
  if (found === sha256) return path
  await rm(path)
  fail({
    code: 'cache_damaged',
    message: `${file.slice(file.lastIndexOf('/') + 1)} was damaged in the cache`,
    expected: `SHA-256 ${sha256}`,
    found: `SHA-256 ${found}`,
    where: { file: path },
    remedy: 'run the command again: the file was removed and will be fetched anew',
  })
}
