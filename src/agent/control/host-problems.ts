/** What is wrong with how the agent runs on this machine, in words. */

import type { Reason } from '../reasons.ts'
import type { HostStatus, Problem } from './status-types.ts'

/** They stand before the problems of the director. */
export function hostProblems(host: HostStatus): readonly Problem[] {
  const found: Problem[] = []
  const add = (level: Problem['level'], code: Reason, text: string) =>
    found.push({ level, code, subject: 'agent', text })
  if (!host.supervisor.running) {
    add('alarm', 'supervisor_absent', 'nothing would close the VIPs if the agent were stuck')
  }
  if (host.watchdog?.running === false) {
    add('alarm', 'watchdog_absent', 'the hardware watchdog does not run')
  }
  if (host.scheduling === 'normal') {
    add('warning', 'not_real_time', 'the agent is not scheduled in real time: others may delay it')
  }
  if (host.memory === 'pageable') {
    add('warning', 'memory_not_locked', 'the memory of the agent is not locked')
  }
  return found
}
