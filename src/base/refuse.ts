import { fail } from '../kit/problem.ts'

/**
 * Stops a build with `--locked` that would take something else than the lock names.
 *
 * @param why the lock never held it, or the mirror no longer has it
 */
export function refuseDeparture(what: string, why: 'unlocked' | 'gone' = 'gone'): never {
  fail({
    code: 'lock_departed',
    message: 'the build would depart from the lock, which --locked forbids',
    expected: 'every package in the cache or on the mirror exactly as the lock names it',
    found:
      why === 'unlocked'
        ? `the lock does not hold what is asked for: ${what}`
        : `the mirror no longer has what is locked for: ${what}`,
    remedy:
      'name a snapshot mirror that has these versions with --mirror URL, or build without --locked',
  })
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
