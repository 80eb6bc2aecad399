/** The kernel of one simulated node: VIPs, the IPVS table and TCP connections, with its delays. */

import { nameOfDestination, nameOfKey } from '../agent/ipvs/table.ts'
import type { Effect, IpvsChange, IpvsScope, IpvsService } from '../agent/machine.ts'
import { type Duration, microseconds } from '../agent/units.ts'

const ENOENT = 2
const EEXIST = 17
const ESRCH = 3

export interface SimKernel {
  /** Instances whose VIPs answer. */
  readonly open: Set<string>
  /** ARP is answered for VIPs that are closed, as without arp_ignore on the parent. */
  answersClosed: boolean
  /** Groups that are held, as a file in memory keeps it for the next start of the agent. */
  held: readonly string[]
  /** By `nameOfKey`. */
  readonly ipvs: Map<string, IpvsService>
  /** VIPs by instance, with prefix length; absent: those of its config. */
  readonly vips: Map<string, readonly string[]>
  /** Services and real servers that were deleted so far: `tcp 192.0.2.100:80 10.77.0.21:80`. */
  readonly deleted: Set<string>
  /** How long a flip takes, and how long a request to IPVS. */
  flip_delay: Duration
  ipvs_delay: Duration
  /** What to refuse with this errno from now on: flips by direction, IPVS, a change of VIPs. */
  readonly refusing: { open: number; closed: number; ipvs: number; vips: number }
  flip(effect: Extract<Effect, { kind: 'flip' }>): number
  read(scope: IpvsScope | undefined): readonly IpvsService[]
  apply(changes: readonly IpvsChange[]): number
}

/** A kernel as after boot: every VIP closed, no service, every request granted. */
export function newKernel(): SimKernel {
  const open = new Set<string>()
  const ipvs = new Map<string, IpvsService>()
  const deleted = new Set<string>()
  const refusing = { open: 0, closed: 0, ipvs: 0, vips: 0 }
  return {
    open,
    answersClosed: false,
    held: [],
    ipvs,
    vips: new Map(),
    deleted,
    flip_delay: microseconds(200),
    ipvs_delay: microseconds(500),
    refusing,
    flip(effect) {
      const errno = refusing[effect.to]
      if (errno !== 0) return errno
      if (effect.to === 'open') open.add(effect.instance)
      else open.delete(effect.instance)
      return 0
    },
    read(scope) {
      if (scope === undefined) return [...ipvs.values()]
      if (scope === 'services') {
        return [...ipvs.values()].map(service => ({ ...service, destinations: [] }))
      }
      return scope.flatMap(key => ipvs.get(nameOfKey(key)) ?? [])
    },
    apply(changes) {
      if (refusing.ipvs !== 0) return refusing.ipvs
      for (const change of changes) {
        const errno = applyChange(ipvs, change)
        if (errno !== 0) return errno
        noteDeleted(deleted, change)
      }
      return 0
    },
  }
}

function applyChange(ipvs: Map<string, IpvsService>, change: IpvsChange): number {
  const key = 'service' in change ? change.service.key : change.key
  const held = ipvs.get(nameOfKey(key))
  if (change.kind === 'add_service') {
    if (held !== undefined) return EEXIST
    ipvs.set(nameOfKey(key), { ...change.service, destinations: [] })
    return 0
  }
  if (held === undefined) return ESRCH
  if (change.kind === 'set_service') {
    ipvs.set(nameOfKey(key), { ...change.service, destinations: held.destinations })
    return 0
  }
  if (change.kind === 'delete_service') {
    ipvs.delete(nameOfKey(key))
    return 0
  }
  if (!('destination' in change)) return ENOENT
  const destinations = changeDestination(held.destinations, change)
  if (typeof destinations === 'number') return destinations
  ipvs.set(nameOfKey(key), { ...held, destinations })
  return 0
}

function noteDeleted(deleted: Set<string>, change: IpvsChange): void {
  if (change.kind === 'delete_service') deleted.add(nameOfKey(change.key))
  if (change.kind !== 'delete_destination') return
  deleted.add(`${nameOfKey(change.key)} ${nameOfDestination(change.destination)}`)
}

function changeDestination(
  held: IpvsService['destinations'],
  change: Extract<IpvsChange, { destination: unknown }>,
): IpvsService['destinations'] | number {
  const name = nameOfDestination(change.destination)
  const others = held.filter(other => nameOfDestination(other) !== name)
  const existed = others.length < held.length
  if (change.kind === 'add_destination') {
    return existed ? EEXIST : [...held, change.destination]
  }
  if (!existed) return ENOENT
  if (change.kind === 'delete_destination') return others
  return held.map(other =>
    nameOfDestination(other) === name ? { ...other, ...change.destination } : other,
  )
}
