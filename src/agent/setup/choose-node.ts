import type { Complaint } from './complaint.ts'

/** A node of an image that holds several, as `fleet.json` lists it. */
export interface FleetNode {
  readonly cluster: string
  readonly node: string
  readonly macs: readonly string[]
  readonly dmi_serial?: string
}

/** What a machine can be known by. */
export interface MachineMarks {
  /** Of its NICs, with their names for the console. */
  readonly nics: readonly { readonly name: string; readonly macs: readonly string[] }[]
  readonly dmi_serial?: string
  /** `director.node=` of the kernel's command line: NODE, or CLUSTER/NODE. */
  readonly asked?: string
}

export type Choice =
  | { readonly kind: 'chosen'; readonly node: FleetNode; readonly by: string }
  | { readonly kind: 'refused'; readonly complaint: Complaint }

// Lines of a console; the rest is counted.
const SHOWN_MAX = 16

/**
 * Which of the nodes this machine is: the one that a person named, else the only one that has its
 * serial number or a MAC address of its NICs. A guess would start a second machine as one node.
 */
export function chooseNode(nodes: readonly FleetNode[], machine: MachineMarks): Choice {
  const { asked } = machine
  if (asked !== undefined) return chooseByName(nodes, asked)
  const found = nodes.flatMap(node => {
    const by = marksOf(node, machine)
    return by.length === 0 ? [] : [{ node, by: by.join(' and ') }]
  })
  const [only, ...others] = found
  if (only === undefined) return refuse(stranger(nodes, machine))
  return others.length === 0 ? { kind: 'chosen', ...only } : refuse(several(found))
}

function chooseByName(nodes: readonly FleetNode[], asked: string): Choice {
  const found = nodes.filter(node => node.node === asked || fullName(node) === asked)
  const [only, ...others] = found
  if (only !== undefined && others.length === 0) {
    return { kind: 'chosen', node: only, by: `director.node=${asked}` }
  }
  return refuse({
    severity: 'refuse',
    code: only === undefined ? 'fleet_unknown_name' : 'fleet_ambiguous_name',
    message:
      only === undefined
        ? `director.node=${asked} names no node of this image`
        : `director.node=${asked} names ${found.length} nodes of this image`,
    expected: `one of ${listed(only === undefined ? nodes : found, fullName)}`,
    remedy: 'boot again with director.node=CLUSTER/NODE of one of these',
  })
}

function marksOf(node: FleetNode, { nics, dmi_serial }: MachineMarks): readonly string[] {
  const macs = nics.flatMap(nic => nic.macs).filter(mac => node.macs.includes(mac))
  const isSerial = dmi_serial !== undefined && node.dmi_serial === dmi_serial
  return [...(isSerial ? [`DMI serial ${dmi_serial}`] : []), ...macs.map(mac => `MAC ${mac}`)]
}

function stranger(nodes: readonly FleetNode[], { nics, dmi_serial }: MachineMarks): Complaint {
  const cards = nics.map(({ name, macs }) => `${macs.join(' or ')} (${name})`)
  return {
    severity: 'refuse',
    code: 'fleet_stranger',
    message: `this machine is none of the ${nodes.length} nodes that this image holds`,
    expected: listed(nodes, describe),
    found: [
      cards.length === 0 ? 'no NIC at all' : `MAC ${cards.join(', ')}`,
      `DMI serial ${dmi_serial ?? 'none'}`,
    ].join('; '),
    remedy:
      'put the machine into the cluster file and stamp again, or boot with director.node=NODE ' +
      'on the kernel command line',
  }
}

function several(found: readonly { readonly node: FleetNode; readonly by: string }[]): Complaint {
  return {
    severity: 'refuse',
    code: 'fleet_ambiguous',
    message: `this machine is ${found.length} nodes of this image at once`,
    expected: 'NICs and a DMI serial number of one node',
    found: listed(found, ({ node, by }) => `${fullName(node)} by ${by}`),
    remedy: 'put NICs that were moved back, or correct the cluster file and stamp again',
  }
}

function describe(node: FleetNode): string {
  const serial = node.dmi_serial === undefined ? [] : [`DMI serial ${node.dmi_serial}`]
  const marks = [...(node.macs.length === 0 ? [] : [`MAC ${node.macs.join(' ')}`]), ...serial]
  return `${fullName(node)} (${marks.length === 0 ? 'by name only' : marks.join(', ')})`
}

function listed<T>(items: readonly T[], text: (item: T) => string): string {
  const shown = items.slice(0, SHOWN_MAX).map(text).join('; ')
  return items.length <= SHOWN_MAX ? shown : `${shown}; and ${items.length - SHOWN_MAX} more`
}

const fullName = ({ cluster, node }: FleetNode): string => `${cluster}/${node}`

const refuse = (complaint: Complaint): Choice => ({ kind: 'refused', complaint })
