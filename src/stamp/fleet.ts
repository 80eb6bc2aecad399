import { fail } from '../kit/problem.ts'
import { encodeCpio } from '../tree/cpio.ts'
import type { Entry, Tree } from '../tree/tree.ts'
import { parseConfig } from './node-source.ts'
import { checkBase, checkConfigDigest, factsBytes, readFacts, type Stamp } from './stamp.ts'
import { encodeArchive, fileIn, malformed, ownFile, type StampArchive } from './stamp-archive.ts'

/** `etc/director/fleet.json`: which nodes an image holds, and how a machine finds its own. */
export interface FleetIndex {
  readonly schema: 1
  /** Of the base image that all the stamps are for. */
  readonly base_sha256: string
  /** By cluster, then by name. */
  readonly nodes: readonly FleetNode[]
}

export interface FleetNode {
  readonly cluster: string
  readonly node: string
  /** In small letters, with colons. */
  readonly macs: readonly string[]
  readonly dmi_serial?: string
}

/** The stamps of several nodes in one image. The configurations hold secrets. */
export interface Fleet {
  readonly index: FleetIndex
  /** In the order of the index. */
  readonly stamps: readonly Stamp[]
}

const FOLDER = 'etc/director/fleet'
const INDEX = 'etc/director/fleet.json'

/**
 * Encodes the stamps of several nodes for one region: their files in folders of their own, and last
 * the index by which `director-setup` chooses at boot.
 *
 * @throws ProblemError `fleet_conflict`, `stamp_foreign`, `stamp_too_large`
 */
export function encodeFleet(baseSha256: string, stamps: readonly Stamp[]): Uint8Array {
  const sorted = stamps.toSorted((one, other) => (nameOf(one) < nameOf(other) ? -1 : 1))
  for (const { facts } of sorted) checkBase(facts, baseSha256)
  const index = indexOf(baseSha256, sorted)
  checkConflicts(index.nodes)
  return encodeArchive(fleetTree(index, sorted), INDEX)
}

/** How a person names a node of a fleet: the cluster too, since several may have a `lb1`. */
export function fleetName({ cluster, node }: Pick<FleetNode, 'cluster' | 'node'>): string {
  return `${cluster}/${node}`
}

/** True if an archive holds a fleet and not a single stamp. */
export function isFleet({ tree }: StampArchive): boolean {
  return tree.has(INDEX) || tree.has(FOLDER)
}

/**
 * Reads a fleet and checks that it is whole and ours.
 *
 * @throws ProblemError `stamp_malformed`
 */
export function readFleet({ tree, content }: StampArchive): Fleet {
  const stamps = [...tree.keys()]
    .filter(path => path.startsWith(`${FOLDER}/`) && path.endsWith('/stamp.json'))
    .map(path => {
      const facts = readFacts(fileIn(tree, path))
      const config = fileIn(tree, path.replace(/stamp\.json$/, 'node.json'))
      checkConfigDigest(facts, config)
      return { facts, config }
    })
  const base = stamps[0]?.facts.base_sha256 ?? malformed('it is a fleet without a node')
  const index = indexOf(base, stamps)
  const whole = encodeCpio(fleetTree(index, stamps), { last: [INDEX] })
  if (!Buffer.from(whole).equals(content)) malformed('it holds other entries than a fleet does')
  return { index, stamps }
}

const nameOf = ({ facts }: Stamp) => fleetName(facts)

function indexOf(base_sha256: string, stamps: readonly Stamp[]): FleetIndex {
  return { schema: 1, base_sha256, nodes: stamps.map(fleetNode) }
}

function fleetNode({ facts, config }: Stamp): FleetNode {
  const { interfaces, node } = parseConfig(Buffer.from(config), nameOf({ facts, config }))
  const macs = interfaces.flatMap(({ match }) => ('mac' in match ? [match.mac] : []))
  const { dmi_serial } = node
  const serial = dmi_serial === undefined ? {} : { dmi_serial }
  return { cluster: facts.cluster, node: facts.node, macs, ...serial }
}

function fleetTree(index: FleetIndex, stamps: readonly Stamp[]): Tree {
  const files = stamps.flatMap(({ facts, config }): [string, Entry][] => {
    const folder = `${FOLDER}/${fleetName(facts)}`
    return [
      [`${folder}/node.json`, ownFile(0o600, config)],
      [`${folder}/stamp.json`, ownFile(0o644, factsBytes(facts))],
    ]
  })
  const text = `${JSON.stringify(index)}\n`
  return new Map<string, Entry>([...files, [INDEX, ownFile(0o644, Buffer.from(text))]])
}

/** A machine must find one node: no two may share a name, a MAC address or a serial number. */
function checkConflicts(nodes: readonly FleetNode[]): void {
  const owners = new Map<string, string>()
  for (const node of nodes) {
    const serials = node.dmi_serial === undefined ? [] : [`DMI serial ${node.dmi_serial}`]
    const marks = [`name ${fleetName(node)}`, ...node.macs.map(mac => `MAC ${mac}`), ...serials]
    for (const mark of marks) {
      const other = owners.get(mark)
      if (other !== undefined) conflict(mark, other, fleetName(node))
      owners.set(mark, fleetName(node))
    }
  }
}

function conflict(mark: string, one: string, other: string): never {
  fail({
    code: 'fleet_conflict',
    message: 'two nodes of the fleet cannot be told apart',
    expected: 'MAC addresses, a DMI serial number and a name that only one node has',
    found: `${mark} for ${one} and for ${other}`,
    remedy: 'correct the cluster file of one of them, or put them into images of their own',
  })
}
