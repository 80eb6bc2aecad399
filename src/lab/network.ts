import { exec } from '../kit/exec.ts'
import type { LabPlan } from './plan.ts'
import type { LabRun } from './run.ts'
import type { StationPlan } from './stations.ts'

/** The namespace that holds the bridges, the taps and the machines. */
export const SWITCH = 'switch'

/** Builds the networks of a plan: a namespace for the switch and one for each station. */
export async function buildNetwork(run: LabRun, plan: LabPlan): Promise<void> {
  const names = [SWITCH, ...plan.stations.map(({ name }) => name)].map(run.namespace)
  await batch(
    undefined,
    names.map(name => `netns add ${name}`),
  )
  await batch(run.namespace(SWITCH), switchCommands(run, plan))
  // Plain Ethernet: neither the host's bridge filters nor IPv6 chatter of the bridges themselves.
  await writeSysctls(run.namespace(SWITCH), {
    'net/ipv6/conf/all/disable_ipv6': 1,
    'net/bridge/bridge-nf-call-iptables': 0,
    'net/bridge/bridge-nf-call-arptables': 0,
  })
  for (const [index, station] of plan.stations.entries()) {
    const namespace = run.namespace(station.name)
    await writeSysctls(namespace, stationSysctls(station))
    await batch(namespace, stationCommands(station, index))
  }
}

/** Runs a batch of `ip` commands, in a namespace if one is named. */
export async function batch(
  namespace: string | undefined,
  lines: readonly string[],
): Promise<void> {
  const where = namespace === undefined ? [] : ['-n', namespace]
  await exec('ip', [...where, '-batch', '-'], { input: `${lines.join('\n')}\n` })
}

/** The cable of a station in the switch namespace. */
export function cableOf(plan: LabPlan, station: string, leg: number): string {
  return `s${plan.stations.findIndex(({ name }) => name === station)}.${leg}`
}

function switchCommands(run: LabRun, plan: LabPlan): readonly string[] {
  const lines = ['link set lo up']
  for (const { name } of plan.networks) {
    // Frames to a group go everywhere, as on a switch without IGMP snooping.
    lines.push(`link add ${name} type bridge stp_state 0 forward_delay 0 mcast_snooping 0`)
    lines.push(`link set ${name} up`)
  }
  for (const { nics } of plan.directors) {
    for (const { tap, network } of nics) {
      lines.push(`tuntap add dev ${tap} mode tap`)
      lines.push(`link set ${tap} master ${network} up`)
    }
  }
  for (const { name, legs } of plan.stations) {
    for (const [index, leg] of legs.entries()) {
      const cable = cableOf(plan, name, index)
      const there = run.namespace(name)
      lines.push(`link add ${cable} type veth peer name ${leg.network} netns ${there}`)
      lines.push(`link set ${cable} master ${leg.network} up`)
    }
  }
  return lines
}

function stationCommands(station: StationPlan, index: number): readonly string[] {
  const lines = ['link set lo up']
  // A station calls its device as its network is called.
  for (const [number, { network, addresses }] of station.legs.entries()) {
    const mac = `52:54:00:1b:${hexadecimal(index)}:${hexadecimal(number)}`
    lines.push(`link set ${network} address ${mac} up`)
    for (const address of addresses) lines.push(`address add ${address} dev ${network}`)
  }
  for (const address of station.local) lines.push(`address add ${address}/32 dev lo`)
  if (station.defaultVia !== undefined) lines.push(`route add default via ${station.defaultVia}`)
  for (const [number, { from, via }] of station.fromVia.entries()) {
    lines.push(`rule add from ${from} table ${100 + number}`)
    lines.push(`route add default via ${via} table ${100 + number}`)
  }
  return lines
}

function stationSysctls(station: StationPlan): Readonly<Record<string, number>> {
  return {
    'net/ipv6/conf/all/disable_ipv6': 1,
    'net/ipv4/conf/all/rp_filter': 0,
    'net/ipv4/conf/default/rp_filter': 0,
    // Direct routing: the VIP on the loopback is neither announced nor answered for.
    ...(station.kind === 'real_server'
      ? { 'net/ipv4/conf/all/arp_ignore': 1, 'net/ipv4/conf/all/arp_announce': 2 }
      : {}),
  }
}

async function writeSysctls(
  namespace: string,
  values: Readonly<Record<string, number>>,
): Promise<void> {
  // What this kernel does not have needs no setting.
  const lines = Object.entries(values).map(
    ([key, value]) => `[ ! -e /proc/sys/${key} ] || echo ${value} > /proc/sys/${key}`,
  )
  await exec('ip', ['netns', 'exec', namespace, 'sh', '-ec', lines.join('\n')])
}

function hexadecimal(value: number): string {
  return value.toString(16).padStart(2, '0')
}
