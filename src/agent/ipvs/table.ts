/** Names and comparison of what an IPVS table holds. */

import type { IpvsDestination, IpvsService, IpvsServiceKey } from '../machine.ts'
import { item } from '../never.ts'

/** `tcp 192.0.2.100:80` */
export const nameOfKey = (key: IpvsServiceKey) => `${key.protocol} ${key.address}:${key.port}`

/** `10.77.0.21:80` */
export const nameOfDestination = (destination: Pick<IpvsDestination, 'address' | 'port'>) =>
  `${destination.address}:${destination.port}`

/** Whether two services agree in all but their destinations. */
export const isSameService = (left: IpvsService, right: IpvsService) =>
  left.scheduler === right.scheduler &&
  left.flags === right.flags &&
  left.timeout_s === right.timeout_s

/** Whether two destinations with the same address and port agree in what we set. */
export const isSameDestination = (left: IpvsDestination, right: IpvsDestination) =>
  left.forward === right.forward && left.weight === right.weight

/** Whether two services agree in all that we set, destination by destination in their order. */
export function isAlike(left: IpvsService | undefined, right: IpvsService | undefined): boolean {
  if (left === undefined || right === undefined) return left === right
  const length = left.destinations.length
  if (!isSameService(left, right) || length !== right.destinations.length) return false
  for (let at = 0; at < length; at += 1) {
    const [one, other] = [item(left.destinations, at), item(right.destinations, at)]
    if (one.address !== other.address || one.port !== other.port) return false
    if (!isSameDestination(one, other)) return false
  }
  return true
}

/** The connections that a destination still has, as last read. */
export const connectionsOf = (destination: IpvsDestination) =>
  (destination.active_connections ?? 0) + (destination.inactive_connections ?? 0)

export const byName = <Value>(
  values: readonly Value[],
  nameOf: (value: Value) => string,
): Readonly<Record<string, Value>> => {
  const named: Record<string, Value> = {}
  for (const value of values) named[nameOf(value)] = value
  return named
}
