import { fail } from '../kit/problem.ts'
import type { PoolFile } from './lock.ts'

/**
 * Stops a build with `--locked` that would take something else than the lock names.
 *
 * @param found what the lock lacks, or what the mirror does
 */
export function refuseDeparture(found: string): never {
  fail({
    code: 'lock_departed',
    message: 'the build would depart from the lock, which --locked forbids',
    expected: 'every package in the cache or on the mirror exactly as the lock names it',
    found,
    remedy:
      'name a snapshot mirror that has these versions with --mirror URL, or build without --locked',
  })
}

/** Says which files a mirror has dropped. */
export function noLongerThere(gone: readonly PoolFile[]): string {
  const names = gone.map(({ file }) => file.slice(file.lastIndexOf('/') + 1))
  return `the mirror no longer has ${names.join(', ')}`
}

/** Stops because the mirror contradicts its own index. */
export function refuseStale(what: string): never {
  fail({
    code: 'mirror_stale',
    message: 'the mirror lists packages that it does not have',
    where: { path: what },
    remedy: 'it may be in the middle of an update: run the command again later',
  })
}

/** True for what programs and Node say when a disk takes no more. */
export function isDiskFull(said: string): boolean {
  return /No space left on device|Disk quota exceeded|ENOSPC|EDQUOT/.test(said)
}

/** Stops because the cache cannot grow. */
export function refuseFullCache(file: string, cause?: unknown): never {
  fail(
    {
      code: 'disk_full',
      message: 'the disk of the cache is full',
      where: { file },
      remedy:
        'free some space or choose another cache with DIRECTOR_CACHE, then run the command again',
    },
    cause,
  )
}
