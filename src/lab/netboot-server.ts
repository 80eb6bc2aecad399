import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { NodeConfig } from '../model/node-config.ts'
import type { BuildResult } from '../pack/build.ts'
import { stampOf } from './boot-media.ts'
import type { Crew } from './crew.ts'
import type { LabPlan } from './plan.ts'
import type { LabRun } from './run.ts'
import { usedAddresses } from './stations.ts'
import { freeAddress, subnetOf, withoutLength } from './subnet.ts'

/** A server in the lab that gives machines their boot files by DHCP and TFTP. */
export interface NetbootServer {
  /** The words that start dnsmasq. */
  readonly dnsmasq: readonly string[]
  /** A netboot tree: the built one, with the stamps of this lab. */
  readonly folder: string
}

/** Lays out a netboot tree as it was built, but for the stamps. */
export function writeNetbootTree(
  build: BuildResult,
  nodes: readonly NodeConfig[],
  folder: string,
): void {
  mkdirSync(join(folder, 'nodes'), { recursive: true, mode: 0o700 })
  for (const name of ['vmlinuz', 'initramfs.zst', 'boot.ipxe', 'dnsmasq.conf']) {
    symlinkSync(join(build.netboot.folder, name), join(folder, name))
  }
  for (const node of nodes) {
    const path = join(folder, 'nodes', `${node.node.name}.img`)
    // dnsmasq as root serves only what everybody may read; the folder keeps others out.
    writeFileSync(path, stampOf(build, node), { mode: 0o644 })
  }
}

/** Starts dnsmasq at the operator, on the network that the machines boot from. */
export function startNetbootServer(
  server: NetbootServer,
  plan: LabPlan,
  nodes: readonly NodeConfig[],
  run: LabRun,
  crew: Crew,
  onLine: (line: string) => void,
): void {
  const { name, legs } = netbootStation(plan)
  const [leg] = legs
  const [program = '', ...words] = server.dnsmasq
  const used = new Set([...usedAddresses(nodes), ...(leg?.addresses ?? []).map(withoutLength)])
  const range = nodes.flatMap(() => {
    const free = freeAddress(subnetOf(leg?.addresses[0] ?? ''), used)
    if (free !== undefined) used.add(free)
    return free ?? []
  })
  const ownFiles = ['--leasefile-ro', '--pid-file=', '--user=root', '--no-daemon']
  crew.start(
    program,
    [
      ...words,
      ...ownFiles,
      `--conf-file=${join(server.folder, 'dnsmasq.conf')}`,
      `--tftp-root=${server.folder}`,
      ...[`--interface=${leg?.network}`, '--bind-interfaces'],
      // The highest free addresses were taken first.
      `--dhcp-range=${range.at(-1)},${range[0]}`,
    ],
    { namespace: run.namespace(name), onLine },
  )
}

/** The interface by which a machine boots from the network: where the server is. */
export function netbootNetwork(plan: LabPlan): string {
  return netbootStation(plan).legs[0]?.network ?? ''
}

function netbootStation(plan: LabPlan) {
  const station =
    plan.stations.find(({ kind }) => kind === 'operator') ??
    plan.stations.find(({ kind }) => kind === 'client')
  if (station === undefined) throw new Error('a lab always has a client')
  return station
}
