import type { IpvsChange, IpvsScope, IpvsService, IpvsServiceKey } from '../machine.ts'
import type { NetlinkRequest } from '../wire/netlink.ts'
import { decodeFamily, getFamily } from '../wire/netlink-generic.ts'
import {
  decodeIpvsDestination,
  decodeIpvsService,
  dumpDestinations,
  dumpServices,
  encodeIpvsChange,
  IPVS_FAMILY,
} from '../wire/netlink-ipvs.ts'
import { ask, askDump, REQUESTS_MAX } from './ask.ts'
import { ENOENT } from './errno.ts'
import { andThen, done, failed, forEach, type Talk } from './talk.ts'

/** The number of the family IPVS, which the other talks need. ENOENT: the kernel has no ip_vs. */
export function findIpvs(): Talk<number> {
  return andThen(ask('generic', [getFamily(IPVS_FAMILY)]), ({ errno, messages }) => {
    if (errno !== 0) return failed(errno, 'find IPVS in the kernel')
    const family = messages.map(decodeFamily).find(each => each?.name === IPVS_FAMILY)
    return family === undefined ? failed(ENOENT, 'find IPVS in the kernel') : done(family.id)
  })
}

/**
 * The services of this network namespace that the scope names, with their destinations: a dump
 * for all services, and one for the destinations of each.
 */
export function readIpvs(family: number, scope?: IpvsScope): Talk<readonly IpvsService[]> {
  return andThen(askDump('generic', dumpServices(family)), ({ errno, messages }) => {
    if (errno !== 0) return failed(errno, 'read the IPVS services')
    const services = messages.flatMap(message => decodeIpvsService(message) ?? [])
    if (scope === 'services') return done(services)
    const wanted = scope === undefined ? undefined : new Set(scope.map(nameOfKey))
    const inScope = services.filter(({ key }) => wanted?.has(nameOfKey(key)) ?? true)
    return forEach(inScope, service => readDestinations(family, service))
  })
}

const nameOfKey = ({ protocol, address, port }: IpvsServiceKey) => `${protocol} ${address}:${port}`

function readDestinations(family: number, service: IpvsService): Talk<IpvsService> {
  return andThen(askDump('generic', dumpDestinations(family, service.key)), answer => {
    if (answer.errno !== 0) return failed(answer.errno, 'read the destinations of an IPVS service')
    const destinations = answer.messages.flatMap(message => decodeIpvsDestination(message) ?? [])
    return done({ ...service, destinations })
  })
}

/**
 * Makes the changes in their order. The first that fails ends it: those after it in its datagram
 * were tried all the same, later ones were not.
 */
export function applyIpvs(family: number, changes: readonly IpvsChange[]): Talk<void> {
  const pieces: IpvsChange[][] = []
  for (let at = 0; at < changes.length; at += REQUESTS_MAX) {
    pieces.push(changes.slice(at, at + REQUESTS_MAX))
  }
  const each = (piece: readonly IpvsChange[]) => {
    const requests: NetlinkRequest[] = piece.map(change => encodeIpvsChange(family, change))
    return andThen(ask('generic', requests), ({ errno, errors }) => {
      if (errno === 0) return done(undefined)
      const change = piece[errors[0]?.request ?? 0]
      return failed(errno, change === undefined ? 'change IPVS' : describe(change))
    })
  }
  return andThen(forEach(pieces, each), () => done(undefined))
}

function describe(change: IpvsChange): string {
  const key = 'service' in change ? change.service.key : change.key
  const destination =
    'destination' in change ? ` ${change.destination.address}:${change.destination.port}` : ''
  return `${change.kind} ${nameOfKey(key)}${destination}`
}
