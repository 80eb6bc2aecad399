/** What an answer of the kernel says about which services, and the slices of the audit. */

import type { IpvsScope, IpvsService, IpvsServiceKey } from '../machine.ts'
import { type Duration, seconds } from '../units.ts'
import type { IpvsState } from './state.ts'
import { isSameService, nameOfKey } from './table.ts'

/** A change made by someone else is repaired within this, whatever the size of the table. */
export const AUDIT_PERIOD = seconds(5)
/** One slice of the audit reads no more services than have so many real servers in the config. */
export const SLICE_DESTINATIONS = 256

/** Cuts the services into slices of a bounded size, in the order of the config. */
export function cutSlices(
  services: readonly IpvsService[],
): readonly (readonly IpvsServiceKey[])[] {
  const slices: IpvsServiceKey[][] = []
  let size = Number.POSITIVE_INFINITY
  for (const { key, destinations } of services) {
    size += 1 + destinations.length
    if (size > SLICE_DESTINATIONS) {
      slices.push([])
      size = 1 + destinations.length
    }
    slices.at(-1)?.push(key)
  }
  return slices
}

/**
 * What the audit looks at next: a small table as a whole, a large one as its list of services
 * and then slice by slice.
 */
export function nextScope(ipvs: IpvsState): IpvsScope | undefined {
  if (ipvs.slices.length <= 1) return undefined
  const slice = ipvs.slices[ipvs.cursor]
  ipvs.cursor = slice === undefined ? 0 : ipvs.cursor + 1
  return slice ?? 'services'
}

/** The time between two looks of the audit. */
export function auditGap(ipvs: IpvsState): Duration {
  const looks = ipvs.slices.length <= 1 ? 1 : ipvs.slices.length + 1
  return Math.floor(AUDIT_PERIOD / looks) as Duration
}

/** Takes an answer over into what we know of the kernel; returns the services it speaks of. */
export function takeAnswer(
  ipvs: IpvsState,
  scope: IpvsScope | undefined,
  services: readonly IpvsService[],
): readonly IpvsServiceKey[] {
  ipvs.actual ??= {}
  if (scope === undefined) return takeAll(ipvs, services)
  return scope === 'services' ? takeList(ipvs, services) : takeSome(ipvs, scope, services)
}

function takeAll(ipvs: IpvsState, services: readonly IpvsService[]): readonly IpvsServiceKey[] {
  const known: Record<string, IpvsService> = {}
  for (const service of services) known[nameOfKey(service.key)] = service
  ipvs.actual = known
  const keys: IpvsServiceKey[] = []
  for (const slice of ipvs.slices) for (const key of slice) keys.push(key)
  for (const { key } of services) if (ipvs.desired[nameOfKey(key)] === undefined) keys.push(key)
  return keys
}

function takeSome(
  ipvs: IpvsState,
  scope: readonly IpvsServiceKey[],
  services: readonly IpvsService[],
): readonly IpvsServiceKey[] {
  const answered = new Map<string, IpvsService>()
  for (const service of services) answered.set(nameOfKey(service.key), service)
  const known = ipvs.actual ?? {}
  for (const key of scope) {
    const name = nameOfKey(key)
    const service = answered.get(name)
    if (service === undefined) delete known[name]
    else known[name] = service
  }
  return scope
}

// A list of services without destinations: lost, foreign and changed services show.
function takeList(ipvs: IpvsState, services: readonly IpvsService[]): readonly IpvsServiceKey[] {
  const known: Record<string, IpvsService> = {}
  const keys: IpvsServiceKey[] = []
  for (const service of services) {
    const name = nameOfKey(service.key)
    const wanted = ipvs.desired[name]
    known[name] = { ...service, destinations: ipvs.actual?.[name]?.destinations ?? [] }
    if (wanted === undefined || !isSameService(wanted, service)) keys.push(service.key)
  }
  for (const key of ipvs.slices.flat()) if (known[nameOfKey(key)] === undefined) keys.push(key)
  ipvs.actual = known
  return keys
}
