import { randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import {
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  statfs,
  utimes,
  writeFile,
} from 'node:fs/promises'
import { join } from 'node:path'
import { withCacheLock } from '../base/cache.ts'
import { digestOf, sha256File } from '../kit/hash.ts'
import { onInterrupt } from '../kit/interrupt.ts'
import { ProblemError } from '../kit/problem.ts'

/** What a step is made from: names that a person knows, to digests. */
export type StepInputs = Readonly<Record<string, string>>

/** The files of a step in the cache. */
export interface CachedStep {
  readonly key: string
  readonly folder: string
  readonly reused: boolean
  /** SHA-256 of each file, by its name. */
  readonly sums: Sums
}

type Sums = Readonly<Record<string, string>>

export interface StepCache {
  readonly cacheFolder: string
  /** Names the folder of this step's results in the cache. */
  readonly name: string
  readonly inputs: StepInputs
}

// Results of a step that are kept, the last used ones.
const KEPT = 8
const SUMS = 'sums.json'
const FULL_BYTES = 64 << 10

/**
 * Takes a step's files from the cache, or makes them.
 *
 * They are made in a folder beside, which is renamed when it is whole. Files that somebody damaged
 * in the cache are noticed by their hashes and made again.
 *
 * @param make writes the files into the folder that it is given
 */
export async function cachedStep(
  { cacheFolder, name, inputs }: StepCache,
  make: (scratch: string) => Promise<unknown>,
): Promise<CachedStep> {
  const key = digestOf(inputs)
  const folder = join(cacheFolder, name, key)
  const kept = await verifiedSums(folder)
  const sums = kept ?? (await makeAlone(cacheFolder, `${name}-${key.slice(0, 16)}`, folder, make))
  await utimes(folder, new Date(), new Date())
  if (kept === undefined) await removeOldest(join(cacheFolder, name))
  return { key, folder, reused: kept !== undefined, sums }
}

async function makeAlone(
  cacheFolder: string,
  lock: string,
  folder: string,
  make: (scratch: string) => Promise<unknown>,
): Promise<Sums> {
  return withCacheLock(
    cacheFolder,
    lock,
    // Another build may have made it while this one waited.
    async () => (await verifiedSums(folder)) ?? makeFolder(folder, make),
  )
}

async function makeFolder(
  folder: string,
  make: (scratch: string) => Promise<unknown>,
): Promise<Sums> {
  const scratch = `${folder}.${randomBytes(4).toString('hex')}.part`
  await mkdir(scratch, { recursive: true })
  const finished = onInterrupt(() => rmSync(scratch, { recursive: true, force: true }))
  try {
    await make(scratch)
    const sums = await sumsOf(scratch)
    await writeFile(join(scratch, SUMS), JSON.stringify(sums))
    await rm(folder, { recursive: true, force: true })
    await rename(scratch, folder)
    return sums
  } catch (error) {
    throw (await isFull(scratch)) ? fullCache(folder, error) : error
  } finally {
    await rm(scratch, { recursive: true, force: true })
    finished()
  }
}

// A program that met a full disk says so in its own words; what is free says it in one way.
async function isFull(folder: string): Promise<boolean> {
  const { bavail, bsize } = await statfs(folder)
  return bavail * bsize < FULL_BYTES
}

function fullCache(folder: string, cause: unknown): ProblemError {
  const problem = {
    code: 'disk_full',
    message: 'the disk of the cache is full',
    where: { file: folder },
    remedy: 'free some space, or name a folder on another disk in DIRECTOR_CACHE',
  }
  return new ProblemError([problem], { cause })
}

async function sumsOf(folder: string): Promise<Sums> {
  const sums: Record<string, string> = {}
  for (const name of (await readdir(folder)).sort()) {
    sums[name] = await sha256File(join(folder, name))
  }
  return sums
}

/** The hashes of a folder's files; undefined if one of them is gone or is not what was made. */
async function verifiedSums(folder: string): Promise<Sums | undefined> {
  try {
    const sums = JSON.parse(await readFile(join(folder, SUMS), 'utf8')) as Sums
    for (const [name, sum] of Object.entries(sums)) {
      if ((await sha256File(join(folder, name))) !== sum) return undefined
    }
    return sums
  } catch {
    return undefined
  }
}

async function removeOldest(folder: string): Promise<void> {
  const entries: { path: string; usedAt: number }[] = []
  for (const name of await readdir(folder)) {
    const path = join(folder, name)
    const used = await stat(path).catch(() => undefined)
    // A part belongs to a build that runs; one that was killed outright leaves it for a day.
    const isPart = name.endsWith('.part') && Date.now() - (used?.mtimeMs ?? 0) < 86_400_000
    if (used !== undefined && !isPart) entries.push({ path, usedAt: used.mtimeMs })
  }
  entries.sort((left, right) => right.usedAt - left.usedAt)
  for (const { path } of entries.slice(KEPT)) await rm(path, { recursive: true, force: true })
}

/**
 * Says which inputs differ from those of the last time, for the line of a step.
 *
 * @param before the inputs of the last build into the same folder; undefined when there was none
 */
export function whatChanged(before: StepInputs | undefined, now: StepInputs): string {
  if (before === undefined) return 'the first time'
  const names = [...new Set([...Object.keys(before), ...Object.keys(now)])]
  const changed = names.filter(name => before[name] !== now[name])
  if (changed.length === 0) return 'the cache no longer has it'
  const shown = changed.slice(0, 3).join(', ')
  const more = changed.length > 3 ? ` and ${changed.length - 3} more` : ''
  return `${shown}${more} changed`
}
