// The generic netlink family "IPVS", version 1: include/uapi/linux/ip_vs.h.
import type { IpvsChange, IpvsDestination, IpvsService, IpvsServiceKey } from '../machine.ts'
import { AF_INET, type NetlinkMessage, type NetlinkRequest, NLM_F_DUMP } from './netlink.ts'
import {
  type Attribute,
  type Attributes,
  asBe16,
  asNest,
  asText,
  asU16,
  asU32,
  be16,
  bytesOf,
  nest,
  text,
  u16,
  u32,
} from './netlink-attributes.ts'
import { decodeGeneric, genericRequest } from './netlink-generic.ts'
import { decodeIpv4, encodeIpv4 } from './text-address.ts'

export const IPVS_FAMILY = 'IPVS'

const NEW_SERVICE = 1
const SET_SERVICE = 2
const DEL_SERVICE = 3
const GET_SERVICE = 4
const NEW_DEST = 5
const SET_DEST = 6
const DEL_DEST = 7
const GET_DEST = 8

const CMD_ATTR_SERVICE = 1
const CMD_ATTR_DEST = 2

const SVC_AF = 1
const SVC_PROTOCOL = 2
const SVC_ADDR = 3
const SVC_PORT = 4
const SVC_SCHED_NAME = 6
const SVC_FLAGS = 7
const SVC_TIMEOUT = 8
const SVC_NETMASK = 9

const DEST_ADDR = 1
const DEST_PORT = 2
const DEST_FWD_METHOD = 3
const DEST_WEIGHT = 4
const DEST_U_THRESH = 5
const DEST_L_THRESH = 6
const DEST_ACTIVE_CONNS = 7
const DEST_INACT_CONNS = 8
const DEST_ADDR_FAMILY = 11

/** IP_VS_SVC_F_HASHED: the kernel sets it on every service that it holds. */
const FLAG_HASHED = 0x2
const FORWARD_MASK = 0x7
/** IP_VS_CONN_F_MASQ and IP_VS_CONN_F_DROUTE. */
const FORWARD = { nat: 0, dr: 3 } as const
const PROTOCOL = { tcp: 6, udp: 17 } as const

/** The request that makes one change. */
export function encodeIpvsChange(family: number, change: IpvsChange): NetlinkRequest {
  switch (change.kind) {
    case 'add_service':
      return genericRequest(family, NEW_SERVICE, [serviceNest(change.service)])
    case 'set_service':
      return genericRequest(family, SET_SERVICE, [serviceNest(change.service)])
    case 'delete_service':
      return genericRequest(family, DEL_SERVICE, [keyNest(change.key)])
    case 'add_destination':
      return genericRequest(family, NEW_DEST, [
        keyNest(change.key),
        destinationNest(change.destination),
      ])
    case 'set_destination':
      return genericRequest(family, SET_DEST, [
        keyNest(change.key),
        destinationNest(change.destination),
      ])
    case 'delete_destination':
      return genericRequest(family, DEL_DEST, [
        keyNest(change.key),
        nest(CMD_ATTR_DEST, ...endpoint(DEST_ADDR, DEST_PORT, change.destination)),
      ])
  }
}

export const dumpServices = (family: number): NetlinkRequest =>
  genericRequest(family, GET_SERVICE, [], NLM_F_DUMP)

/** For a service that the kernel does not hold the dump is empty. */
export const dumpDestinations = (family: number, key: IpvsServiceKey): NetlinkRequest =>
  genericRequest(family, GET_DEST, [keyNest(key)], NLM_F_DUMP)

/**
 * A service of a dump, its destinations still unknown.
 * Undefined: no service of a kind that this agent makes (IPv6, a firewall mark), or malformed.
 */
export function decodeIpvsService(message: NetlinkMessage): IpvsService | undefined {
  const service = inner(message, NEW_SERVICE, CMD_ATTR_SERVICE)
  const at = service && endpointOf(service, SVC_ADDR, SVC_PORT)
  const scheduler = asText(service?.get(SVC_SCHED_NAME))
  const flags = service?.get(SVC_FLAGS)
  const protocol = asU16(service?.get(SVC_PROTOCOL))
  if (asU16(service?.get(SVC_AF)) !== AF_INET || at === undefined || flags?.length !== 8) {
    return undefined
  }
  if (scheduler === undefined || (protocol !== PROTOCOL.tcp && protocol !== PROTOCOL.udp)) {
    return undefined
  }
  return {
    key: { protocol: protocol === PROTOCOL.tcp ? 'tcp' : 'udp', ...at },
    scheduler,
    flags: ((asU32(flags.subarray(0, 4)) ?? 0) & ~FLAG_HASHED) >>> 0,
    timeout_s: asU32(service?.get(SVC_TIMEOUT)) ?? 0,
    destinations: [],
  }
}

/** A destination of a dump. Undefined: neither NAT nor direct routing, or malformed. */
export function decodeIpvsDestination(message: NetlinkMessage): IpvsDestination | undefined {
  const destination = inner(message, NEW_DEST, CMD_ATTR_DEST)
  const at = destination && endpointOf(destination, DEST_ADDR, DEST_PORT)
  const method = asU32(destination?.get(DEST_FWD_METHOD))
  const weight = asU32(destination?.get(DEST_WEIGHT))
  const family = asU16(destination?.get(DEST_ADDR_FAMILY)) ?? AF_INET
  if (at === undefined || method === undefined || weight === undefined) return undefined
  if (family !== AF_INET) return undefined
  const forward = method & FORWARD_MASK
  if (forward !== FORWARD.nat && forward !== FORWARD.dr) return undefined
  return {
    ...at,
    forward: forward === FORWARD.nat ? 'nat' : 'dr',
    weight,
    active_connections: asU32(destination?.get(DEST_ACTIVE_CONNS)) ?? 0,
    inactive_connections: asU32(destination?.get(DEST_INACT_CONNS)) ?? 0,
  }
}

function serviceNest(service: IpvsService): Attribute {
  return nest(
    CMD_ATTR_SERVICE,
    ...keyAttributes(service.key),
    text(SVC_SCHED_NAME, service.scheduler),
    // struct ip_vs_flags: every flag is set or cleared except the kernel's own.
    bytesOf(SVC_FLAGS, twoWords(service.flags & ~FLAG_HASHED, ~FLAG_HASHED)),
    u32(SVC_TIMEOUT, service.timeout_s),
    u32(SVC_NETMASK, 0xffff_ffff),
  )
}

const keyNest = (key: IpvsServiceKey): Attribute => nest(CMD_ATTR_SERVICE, ...keyAttributes(key))

const keyAttributes = (key: IpvsServiceKey): readonly Attribute[] => [
  u16(SVC_AF, AF_INET),
  u16(SVC_PROTOCOL, PROTOCOL[key.protocol]),
  ...endpoint(SVC_ADDR, SVC_PORT, key),
]

const destinationNest = (destination: IpvsDestination): Attribute =>
  nest(
    CMD_ATTR_DEST,
    ...endpoint(DEST_ADDR, DEST_PORT, destination),
    u32(DEST_FWD_METHOD, FORWARD[destination.forward]),
    u32(DEST_WEIGHT, destination.weight),
    u32(DEST_U_THRESH, 0),
    u32(DEST_L_THRESH, 0),
  )

/** The address as union nf_inet_addr, 16 bytes of which IPv4 uses the first 4; the port. */
function endpoint(
  addressType: number,
  portType: number,
  at: { readonly address: string; readonly port: number },
): readonly Attribute[] {
  const union = new Uint8Array(16)
  union.set(encodeIpv4(at.address))
  return [bytesOf(addressType, union), be16(portType, at.port)]
}

function endpointOf(
  attributes: Attributes,
  addressType: number,
  portType: number,
): { address: string; port: number } | undefined {
  const union = attributes.get(addressType)
  const port = asBe16(attributes.get(portType))
  if (union === undefined || union.length < 4 || port === undefined) return undefined
  return { address: decodeIpv4(union.subarray(0, 4)), port }
}

function inner(message: NetlinkMessage, command: number, type: number): Attributes | undefined {
  const generic = decodeGeneric(message)
  return generic?.command === command ? asNest(generic.attributes.get(type)) : undefined
}

function twoWords(first: number, second: number): Uint8Array {
  const bytes = new Uint8Array(8)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, first, true)
  view.setUint32(4, second, true)
  return bytes
}
