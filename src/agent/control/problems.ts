/** What is wrong right now, in words: worked out from the rest of the status. */

import type { Reason } from '../reasons.ts'
import { errnoText } from './errno-text.ts'
import type { GroupStatus, InstanceStatus, Problem, ServiceStatus, Status } from './status-types.ts'

/** Another active router was heard this recently. */
const CLAIM_RECENT_S = 10
/** RFC 9568 section 7.3. */

/** The list that `directorctl status` begins with; the worst first. */
export function problemsOf(status: Omit<Status, 'problems' | 'state'>): readonly Problem[] {
  const problems = [
    ...linkProblems(status),
    ...status.groups.flatMap(group => standbyProblems(status, group)),
    ...status.groups.flatMap(trackProblems),
    ...status.instances.flatMap(instance => instanceProblems(status, instance)),
    ...ipvsProblems(status),
    ...status.services.flatMap(serviceProblems),
  ]
  return [
    ...problems.filter(({ level }) => level === 'alarm'),
    ...problems.filter(({ level }) => level === 'warning'),
  ]
}

const problem = (
  level: Problem['level'],
  code: Reason,
  subject: string,
  text: string,
): Problem => ({ level, code, subject, text })

function linkProblems({
  interfaces,
  instances,
}: Pick<Status, 'interfaces' | 'instances'>): readonly Problem[] {
  return interfaces.flatMap(link => {
    const level = link.role === 'management' ? 'warning' : 'alarm'
    if (link.link === 'down') {
      const text = `interface ${link.name} has no link`
      return [problem(level, 'link_down', link.name, text)]
    }
    if (link.link !== 'up') return []
    const families = new Set(
      instances
        .filter(each => each.interface === link.name)
        .map(({ vips }) => (vips.addresses[0]?.includes(':') ? 6 : 4)),
    )
    const missing = (kind: string) =>
      problem(level, 'address_missing', link.name, `interface ${link.name} has no ${kind} address`)
    const needsIpv4 = families.has(4) || families.size === 0
    return [
      ...(needsIpv4 && link.address === null ? [missing('IPv4')] : []),
      ...(families.has(6) && link.address6 === null ? [missing('link-local IPv6')] : []),
    ]
  })
}

function instanceProblems(
  { instances }: Pick<Status, 'instances'>,
  instance: InstanceStatus,
): readonly Problem[] {
  const found: Problem[] = []
  const { name, vips } = instance
  if (instance.state === 'fault') {
    const text = `the kernel did not open the VIPs of ${name}: ${errnoText(vips.errno)}`
    found.push(problem('alarm', 'open_failed', name, text))
  }
  if (vips.state === 'closing' && vips.errno !== 0) {
    const text = `the kernel did not close the VIPs of ${name}: ${errnoText(vips.errno)}`
    found.push(problem('alarm', 'close_failed', name, text))
  }
  if (vips.changing !== undefined && vips.changing.errno !== 0) {
    const text = `the kernel did not take the VIPs of a reload for ${name}: ${errnoText(vips.changing.errno)}`
    found.push(problem('alarm', 'vips_not_changed', name, text))
  }
  if (instance.state === 'active') {
    for (const peer of instance.peers) {
      if (peer.priority === 0 || peer.age_s > CLAIM_RECENT_S || peer.age_s > instance.since_s)
        continue
      const text = `${peer.address} also claims ${name}, with priority ${peer.priority}`
      found.push(problem('alarm', 'second_active_heard', name, text))
    }
  }
  for (const { address, mac, claims, last_age_s } of instance.conflicts) {
    const often = claims === 1 ? 'once' : `${claims} times`
    const text = `${mac} also says that it has ${address} (${often}, ${last_age_s} s ago)`
    found.push(problem('alarm', 'address_conflict', name, text))
  }
  if (isDeafAlone(instances, instance)) {
    const text = `${name} hears no active router, though another instance of its group does`
    found.push(problem('warning', 'silence_held_by_group', name, text))
  }
  return found
}

// Where the whole group is deaf it takes over, or standby says why not.
function isDeafAlone(instances: readonly InstanceStatus[], instance: InstanceStatus): boolean {
  if (instance.state !== 'backup' || instance.active_down_s !== null) return false
  return instances.some(other => other.group === instance.group && other.active_down_s !== null)
}

function standbyProblems(
  status: Pick<Status, 'instances'>,
  group: GroupStatus,
): readonly Problem[] {
  if (group.standby === null) return []
  const { name } = group
  const members = status.instances.filter(instance => instance.group === name)
  const isLost = members.every(({ state, active_down_s }) => {
    return state === 'backup' && active_down_s === null
  })
  if (isLost) {
    const text = `nobody is heard as active, and ${name} is in standby: \`directorctl join\``
    return [problem('alarm', 'standby_without_active', name, text)]
  }
  const text = `${name} is in standby: it takes nothing over until \`directorctl join\``
  return [problem('warning', 'in_standby', name, text)]
}

function trackProblems({ name, track }: GroupStatus): readonly Problem[] {
  return track.flatMap(({ kind, subject, state, priority_lost }) => {
    if (state !== 'down') return []
    const cost = priority_lost === null ? 'cannot be active' : `loses priority ${priority_lost}`
    const text = `${kind} ${subject} is not in order: ${name} ${cost}`
    return [problem(priority_lost === null ? 'alarm' : 'warning', 'track_down', name, text)]
  })
}

function ipvsProblems({ ipvs }: Pick<Status, 'ipvs'>): readonly Problem[] {
  if (ipvs.errno === 0) return []
  const text = `IPVS does not hold the services: ${errnoText(ipvs.errno)}`
  return [problem('alarm', 'ipvs_failed', 'ipvs', text)]
}

function serviceProblems(service: ServiceStatus): readonly Problem[] {
  const down = service.real_servers.filter(real => real.state === 'down')
  if (down.length > 0 && down.length === service.real_servers.length) {
    const text = `service ${service.name} has no real server that is up`
    return [problem('alarm', 'service_down', service.name, text)]
  }
  return down.map(real => {
    const subject = `${service.name} ${real.address}:${real.port}`
    const why = real.last_error === null ? '' : `: ${real.last_error.text}`
    const text = `real server ${real.address}:${real.port} of ${service.name} is down${why}`
    return problem('warning', 'real_server_down', subject, text)
  })
}
