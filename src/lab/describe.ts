import type { Lab } from './lab.ts'
import { withoutLength } from './subnet.ts'

/** How to reach everything in a lab: for a program, and for a person. */
export interface LabDescription {
  readonly facts: {
    readonly id: string
    readonly service: string
    readonly login: { readonly user: string; readonly password: string }
    /** Unix sockets of the consoles by node. */
    readonly consoles: Readonly<Record<string, string>>
    /** Network namespaces by station; `switch` holds bridges and taps. */
    readonly namespaces: Readonly<Record<string, string>>
    readonly logs: string
  }
  readonly text: string
}

/** Tells the commands and paths by which a running lab is used. */
export function describeLab(lab: Lab): LabDescription {
  const { host, port } = lab.target
  const names = ['switch', ...lab.plan.stations.map(({ name }) => name)]
  const facts = {
    id: lab.run.id,
    service: `http://${host}${port === 80 ? '' : `:${port}`}/`,
    login: { user: 'root', password: lab.password },
    consoles: Object.fromEntries(
      lab.plan.directors.map(({ name }) => [name, lab.machine(name).console.peoplePath]),
    ),
    namespaces: Object.fromEntries(names.map(name => [name, lab.run.namespace(name)])),
    logs: lab.logs,
  }
  return { facts, text: describeForPerson(lab, facts) }
}

function describeForPerson(lab: Lab, facts: LabDescription['facts']): string {
  const inside = (name: string) => `ip netns exec ${facts.namespaces[name]}`
  const [first] = lab.plan.directors
  const [node = '', socket = ''] = Object.entries(facts.consoles)[0] ?? []
  const tap = first?.nics[0]
  const rows: [string, string][] = [
    ['service', facts.service],
    ['client', `${inside('client')} curl ${facts.service}`],
    ...Object.keys(facts.consoles).map((name): [string, string] => [
      `console of ${name}`,
      `./director lab console ${name}`,
    ]),
    ['', `socat -,raw,echo=0,escape=0x1d UNIX-CONNECT:${socket}`],
    ['log-in there', `root, password ${facts.login.password}`],
    ...operatorRows(lab, inside),
    [
      `cut ${node}'s ${tap?.interface}`,
      `ip -n ${facts.namespaces.switch} link set ${tap?.tap} nomaster   (plug: master ${tap?.network})`,
    ],
    ['what is sent', `${inside('switch')} tcpdump -ni ${tap?.network}`],
    ['logs, captures', facts.logs],
  ]
  return rows.map(([what, how]) => `  ${what.padEnd(16)} ${how}`).join('\n')
}

function operatorRows(lab: Lab, inside: (name: string) => string): [string, string][] {
  const [node] = lab.nodes
  const management = node?.interfaces.find(({ role }) => role === 'management')?.addresses[0]
  const hasOperator = lab.plan.stations.some(({ kind }) => kind === 'operator')
  const hasKeys = (node?.access.authorized_keys.length ?? 0) > 0
  if (management === undefined || !hasOperator || !hasKeys) return []
  return [
    [`ssh to ${node?.node.name}`, `${inside('operator')} ssh root@${withoutLength(management)}`],
  ]
}
