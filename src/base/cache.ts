import { randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { makeFolders } from '../kit/folder.ts'
import { onInterrupt } from '../kit/interrupt.ts'
import { fail } from '../kit/problem.ts'

const LOCK_POLL_MS = 100
const LOCK_WAIT_MS_MAX = 15 * 60 * 1000

/** `$DIRECTOR_CACHE`, or `director` under `$XDG_CACHE_HOME`, or `~/.cache/director`. */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  if (env['DIRECTOR_CACHE']) return resolve(env['DIRECTOR_CACHE'])
  return join(env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'director')
}

/**
 * Does work that two programs must not do at once in one cache.
 *
 * A lock whose owner is gone is taken over.
 *
 * @throws ProblemError `cache_busy` after a quarter of an hour
 */
export async function withCacheLock<T>(
  cache: string,
  name: string,
  work: () => Promise<T>,
): Promise<T> {
  const path = join(cache, `${name}.lock`)
  makeFolders(cache)
  const giveUpAt = Date.now() + LOCK_WAIT_MS_MAX
  while (!(await tryLock(path))) {
    if (Date.now() > giveUpAt) {
      fail({
        code: 'cache_busy',
        message: 'another program has been using the cache for too long',
        where: { file: path },
        remedy: 'end that program, or remove the lock file if there is none',
      })
    }
    await sleep(LOCK_POLL_MS)
  }
  const finished = onInterrupt(() => rmSync(path, { force: true }))
  try {
    return await work()
  } finally {
    await rm(path, { force: true })
    finished()
  }
}

// The name appears by a link to a file that is written already, so that a lock always says whose.
async function tryLock(path: string): Promise<boolean> {
  const own = `${path}.${randomBytes(4).toString('hex')}`
  await writeFile(own, String(process.pid))
  try {
    await link(own, path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    if (await isAbandoned(path)) await takeAway(path)
    return false
  } finally {
    await rm(own, { force: true })
  }
}

async function takeAway(path: string): Promise<void> {
  const aside = `${path}.${randomBytes(4).toString('hex')}`
  try {
    await rename(path, aside)
    // Another one may have taken it over since we looked: then it is put back.
    if (!(await isAbandoned(aside))) await link(aside, path)
  } catch {
    // Somebody was faster; the next try shows who.
  } finally {
    await rm(aside, { force: true })
  }
}

async function isAbandoned(path: string): Promise<boolean> {
  const owner = Number(await readFile(path, 'utf8').catch(() => ''))
  if (!Number.isInteger(owner) || owner <= 0) return false
  try {
    process.kill(owner, 0)
    return false
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH'
  }
}
