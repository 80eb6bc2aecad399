import { rmSync } from 'node:fs'
import { mkdir, open, readFile, rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
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
  await mkdir(cache, { recursive: true })
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

async function tryLock(path: string): Promise<boolean> {
  try {
    const file = await open(path, 'wx')
    await file.writeFile(String(process.pid))
    await file.close()
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    if (await isAbandoned(path)) await rm(path, { force: true })
    return false
  }
}

async function isAbandoned(path: string): Promise<boolean> {
  const owner = Number(await readFile(path, 'utf8').catch(() => ''))
  // An empty file belongs to somebody who is just about to write it.
  if (!Number.isInteger(owner) || owner <= 0) return false
  try {
    process.kill(owner, 0)
    return false
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH'
  }
}
