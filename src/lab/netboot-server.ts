import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { NodeConfig } from '../model/node-config.ts'
import type { BuildResult } from '../pack/build.ts'
import { stampOf } from './boot-media.ts'
import type { Crew } from './crew.ts'
import { labProblem } from './lab-problem.ts'
import type { LabPlan } from './plan.ts'
import type { LabRun } from './run.ts'
import { type LegPlan, usedAddresses } from './stations.ts'
import { freeAddress, subnetOf, withoutLength } from './subnet.ts'

/** A server in the lab that gives machines their boot files by DHCP, TFTP and HTTP. */
export interface NetbootServer {
  /** The words that start dnsmasq. */
  readonly dnsmasq: readonly string[]
  /** The words that start an HTTP server for `folder`; it has to say that it `serves` it. */
  readonly http: (folder: string, address: string, port: number) => readonly string[]
  /** A build's folder as far as the network needs it, with the stamps of this lab. */
  readonly folder: string
  /** More lines for dnsmasq; a later line counts before an earlier one. */
  readonly lines?: readonly string[]
}

const HTTP_PORT = 8080
const START_TIMEOUT_MS = 60_000

/** Lays out a netboot tree as it was built, but for the stamps. */
export function writeNetbootTree(
  build: BuildResult,
  nodes: readonly NodeConfig[],
  folder: string,
): void {
  const tree = join(folder, 'netboot')
  mkdirSync(join(tree, 'nodes'), { recursive: true, mode: 0o700 })
  for (const name of readdirSync(build.netboot.folder).filter(each => each !== 'nodes')) {
    symlinkSync(join(build.netboot.folder, name), join(tree, name))
  }
  for (const node of nodes) {
    const path = join(tree, 'nodes', `${node.node.name}.img`)
    // dnsmasq as root serves only what everybody may read; the folder keeps others out.
    writeFileSync(path, stampOf(build, node), { mode: 0o644 })
  }
}

/** Starts dnsmasq and an HTTP server at the operator, where the machines boot from. */
export async function startNetbootServer(
  server: NetbootServer,
  plan: LabPlan,
  nodes: readonly NodeConfig[],
  run: LabRun,
  crew: Crew,
  onLine: (line: string) => void,
): Promise<void> {
  const { name, legs } = netbootStation(plan)
  const [leg] = legs
  const address = withoutLength(leg?.addresses[0] ?? '')
  const namespace = run.namespace(name)
  const dnsmasq = join(run.folder, 'dnsmasq.conf')
  const configuration = [...siteLines(server, leg, nodes, address), ...(server.lines ?? [])]
  writeFileSync(dnsmasq, `${configuration.join('\n')}\n`)
  const ownFiles = ['--leasefile-ro', '--pid-file=', '--user=root', '--no-daemon']
  const start = (words: readonly string[], ready: RegExp) =>
    startProgram(crew, words, ready, { namespace, onLine })
  await Promise.all([
    start([...server.dnsmasq, ...ownFiles, `--conf-file=${dnsmasq}`], /TFTP root is/),
    start(server.http(server.folder, address, HTTP_PORT), / serves /),
  ])
}

/** What a site says itself beside the snippet of a build: docs/netboot.md. */
function siteLines(
  server: NetbootServer,
  leg: LegPlan | undefined,
  nodes: readonly NodeConfig[],
  address: string,
): readonly string[] {
  const tree = join(server.folder, 'netboot')
  const url = `http://${address}:${HTTP_PORT}`
  const used = new Set([...usedAddresses(nodes), ...(leg?.addresses ?? []).map(withoutLength)])
  const range = nodes.flatMap(() => {
    const free = freeAddress(subnetOf(leg?.addresses[0] ?? ''), used)
    if (free !== undefined) used.add(free)
    return free ?? []
  })
  return [
    ...['port=0', 'log-dhcp', `interface=${leg?.network}`, 'bind-interfaces'],
    // The highest free addresses were taken first.
    `dhcp-range=${range.at(-1)},${range[0]}`,
    ...['enable-tftp', `tftp-root=${tree}`, `conf-file=${join(tree, 'dnsmasq.conf')}`],
    `dhcp-boot=tag:director-script,${url}/boot.ipxe`,
    `dhcp-boot=tag:director-http,${url}/http/boot.efi`,
  ]
}

/** Starts a program and waits until a line of it says that it is ready. */
async function startProgram(
  crew: Crew,
  [program = '', ...words]: readonly string[],
  ready: RegExp,
  { namespace, onLine }: { readonly namespace: string; onLine: (line: string) => void },
): Promise<void> {
  const said: string[] = []
  const outcome = await new Promise<string | undefined>(resolve => {
    const late = () => resolve(`said nothing of it for ${START_TIMEOUT_MS} ms`)
    const timer = setTimeout(late, START_TIMEOUT_MS)
    const member = crew.start(program, words, {
      namespace,
      onLine(line) {
        onLine(line)
        said.push(line)
        if (said.length > 20) said.shift()
        if (!ready.test(line)) return
        clearTimeout(timer)
        resolve(undefined)
      },
    })
    void member.ended.then(how => resolve(`ended (${how})`)).finally(() => clearTimeout(timer))
  })
  if (outcome !== undefined) {
    throw labProblem('lab_netboot', `${program} ${outcome}; it said:`, said.join('\n'))
  }
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
