/** `directorctl status` for a person: aligned, compact, 80 columns. */

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
function vipsCell({ state, vips }: InstanceStatus): string {
  const count = String(vips.addresses.length)
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

/** Columns two spaces apart; the last one is as long as it is. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const all = [head, ...rows]
  const widths = head.map((_, column) => Math.max(...all.map(row => (row[column] ?? '').length)))
  return all.map(row =>
    row
      .map((cell, column) => (column === head.length - 1 ? cell : cell.padEnd(widths[column] ?? 0)))
      .join('  '),
  )
}

/** `3.2s`, `4m07s`, `5h02m`, `12d03h` */
function duration(length_s: number): string {
  if (length_s < 60) return `${length_s.toFixed(1)}s`
  if (length_s < 3_600) return pair(length_s, 60, 'm', 1, 's')
  if (length_s < 86_400) return pair(length_s, 3_600, 'h', 60, 'm')
  return pair(length_s, 86_400, 'd', 3_600, 'h')
}

function pair(length_s: number, large_s: number, large: string, small_s: number, small: string) {
  const rest = Math.floor((length_s % large_s) / small_s)
  return `${Math.floor(length_s / large_s)}${large}${String(rest).padStart(2, '0')}${small}`
}
