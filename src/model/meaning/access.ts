import type { Finding, Subject } from './finding.ts'

/** Who may log in can also get there. */
export function* checkAccess({ spec }: Subject): Iterable<Finding> {
  const hasManagement = Object.values(spec.interfaces).some(({ role }) => role === 'management')
  if (spec.access.authorized_keys.length === 0 || hasManagement) return
  yield {
    code: 'ssh_without_management',
    path: ['access', 'authorized_keys'],
    message: 'keys are authorized, and no interface accepts SSH',
    expected: 'an interface with role management',
    found: 'only interfaces with role front or back, on which SSH never listens',
    remedy: 'add a management interface, or leave the keys out',
  }
}
