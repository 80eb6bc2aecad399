import { fail } from '../kit/problem.ts'

/**
 * Refuses to go on for a user who cannot make network namespaces.
 *
 * @throws ProblemError `not_root`
 */
export function requireRoot(userId = process.getuid?.()): void {
  if (userId === 0) return
  fail({
    code: 'not_root',
    message: 'the lab makes network namespaces, which only root may do',
    expected: 'user id 0',
    found: `user id ${userId}`,
    remedy: 'run the same command as root, for example with sudo',
  })
}
