/** `directorctl paths` for a person. */

import { duration, table } from './layout.ts'
import type { PathAnswer, PathsAnswer } from './paths.ts'

/** The peer, a line for each path, what is pinged, what follows; ends with a line feed. */
export function renderPaths(answer: PathsAnswer): string {
  const { node, peer, paths, policy } = answer
  if (peer === null) return `${node}: no path of a heartbeat is configured, VRRP decides alone\n`
  const config = peer.same_config === false ? ', with another configuration' : ''
  const first = `${node}: peer ${peer.name} is ${peer.state}${config}; policy ${policy}`
  const head = ['PATH', 'KIND', 'STATE', 'SINCE', 'AGE', 'RTT', 'LOSS', 'TROUBLE', 'DISCARDED']
  const lines = [first, '', ...table(head, paths.map(rowOf))]
  return `${[...lines, ...pinged(answer), ...decided(answer)].join('\n')}\n`
}

function rowOf(path: PathAnswer): readonly string[] {
  const discards = Object.entries(path.discards).map(([name, count]) => `${name} ${count}`)
  return [
    path.name,
    path.kind,
    path.state,
    duration(path.since_s),
    path.age_ms === null ? '-' : `${path.age_ms.toFixed(0)}ms`,
    path.rtt_ms === null ? '-' : `${path.rtt_ms.toFixed(1)}ms`,
    `${path.loss_percent}%`,
    path.trouble,
    discards.join(', ') || '-',
  ]
}

function pinged({ connectivity }: PathsAnswer): readonly string[] {
  if (connectivity.length === 0) return []
  const rows = connectivity.flatMap(({ name, state, targets }) =>
    targets.map(target => [
      name,
      state,
      target.address,
      target.state,
      target.rtt_ms === null ? '-' : `${target.rtt_ms.toFixed(1)}ms`,
      `${target.answered}/${target.sent}`,
    ]),
  )
  const head = ['CONNECTIVITY', 'STATE', 'TARGET', 'STATE', 'RTT', 'ANSWERED']
  return ['', ...table(head, rows)]
}

function decided({ groups }: PathsAnswer): readonly string[] {
  const rows = groups.map(({ name, rule, peer_role, since_s, reason, text }) => [
    name,
    rule,
    peer_role ?? '-',
    duration(since_s),
    `${reason}: ${text}`,
  ])
  return ['', ...table(['GROUP', 'RULE', 'PEER SAYS', 'SINCE', 'BECAUSE'], rows)]
}
