/** `directorctl status` for a person: aligned, compact, 80 columns. */

import { duration, table } from './layout.ts'
import type { InstanceStatus, InterfaceStatus, ServiceStatus, Status } from './status-types.ts'

/** The lines of the table, joined; ends with a line feed. */
export function renderStatus(status: Status): string {
  const { node, cluster, version } = status
  const lines = [
    `${node.name} of ${cluster}: ${status.state}, up ${duration(status.uptime_s)}, agent ${version}`,
    ...problemLines(status),
    '',
    ...table(
      ['INSTANCE', 'STATE', 'SINCE', 'REASON', 'PRIO', 'VIPS', 'PEER'],
      status.instances.map(instanceRow),
    ),
    ...waitingLines(status),
    '',
    ...table(['INTERFACE', 'ROLE', 'LINK', 'SINCE', 'ADDRESS'], status.interfaces.map(linkRow)),
  ]
  for (const service of status.services) lines.push('', ...serviceLines(service))
  return `${lines.join('\n')}\n`
}

function problemLines({ problems }: Status): readonly string[] {
  return problems.map(({ level, text }) => `  ${level === 'alarm' ? 'ALARM  ' : 'warning'} ${text}`)
}

function waitingLines({ groups }: Status): readonly string[] {
  return groups.flatMap(({ name, waiting_for, waiting_s }) => {
    if (waiting_for === null) return []
    const time = waiting_s === null ? '' : ` for ${waiting_s.toFixed(1)} s more`
    return [`  group ${name} waits${time}: ${waiting_for}`]
  })
}

function instanceRow(instance: InstanceStatus): readonly string[] {
  const { peers } = instance
  const peer = [...peers].sort((left, right) => left.age_s - right.age_s)[0]
  const seen =
    peer === undefined ? '-' : `${peer.address} p${peer.priority} ${duration(peer.age_s)}`
  return [
    instance.name,
    instance.state,
    duration(instance.since_s),
    instance.reason,
    String(instance.priority),
    vipsCell(instance),
    seen,
  ]
}

// The state of the VIPs goes without saying where it follows from that of the instance.
function vipsCell({ state, vips, virtual_mac }: InstanceStatus): string {
  const count = `${vips.addresses.length}${virtual_mac === null ? ' (own MAC)' : ''}`
  return vips.state === (state === 'active' ? 'open' : 'closed') ? count : `${count} ${vips.state}`
}

const linkRow = (link: InterfaceStatus): readonly string[] => [
  link.name,
  link.role,
  link.link,
  duration(link.since_s),
  link.address ?? '-',
]

function serviceLines(service: ServiceStatus): readonly string[] {
  const { name, protocol, address, port, scheduler, forward } = service
  const missing = service.in_kernel ? '' : ', NOT as configured in the kernel'
  return [
    `SERVICE ${name}: ${protocol} ${address}:${port}, ${scheduler}, ${forward}${missing}`,
    ...table(
      ['  REAL SERVER', 'STATE', 'SINCE', 'WEIGHT', 'ACTIVE', 'INACTIVE', 'LAST ERROR'],
      service.real_servers.map(real => [
        `  ${real.address}:${real.port}`,
        real.state,
        duration(real.since_s),
        String(real.weight),
        String(real.active_connections ?? '-'),
        String(real.inactive_connections ?? '-'),
        real.last_error === null
          ? '-'
          : `errno ${real.last_error.errno}, ${duration(real.last_error.age_s)} ago`,
      ]),
    ),
  ]
}
