// rtnetlink routes of both families: include/uapi/linux/rtnetlink.h.
import {
  AF_INET,
  AF_INET6,
  concat,
  type NetlinkMessage,
  type NetlinkRequest,
  NLM_F_CREATE,
  NLM_F_DUMP,
  NLM_F_REPLACE,
} from './netlink.ts'
import { asU32, bytesOf, decodeAttributes, encodeAttributes, u32 } from './netlink-attributes.ts'

export const RTM_NEWROUTE = 24
const RTM_DELROUTE = 25
const RTM_GETROUTE = 26

const RTA_DST = 1
const RTA_OIF = 4
const RTA_GATEWAY = 5
const RTA_PREFSRC = 7
const RTA_TABLE = 15

export const RT_TABLE_MAIN = 254
export const RT_TABLE_LOCAL = 255
const RTPROT_STATIC = 4
const RT_SCOPE_UNIVERSE = 0
const RT_SCOPE_LINK = 253
const RT_SCOPE_HOST = 254
const RTN_UNICAST = 1
const RTN_LOCAL = 2

/** A unicast route through a gateway. */
export interface GatewayRoute {
  /** 4 or 16 bytes; all zero with prefix length 0: the default route. */
  readonly destination: Uint8Array
  readonly prefixLength: number
  readonly gateway: Uint8Array
  /** The index of the link that it leaves by. */
  readonly index: number
}

/** Adds a route to the main table, or replaces the one with this destination. */
export function newRoute(route: GatewayRoute): NetlinkRequest {
  const destination = route.prefixLength === 0 ? [] : [bytesOf(RTA_DST, route.destination)]
  return {
    type: RTM_NEWROUTE,
    flags: NLM_F_CREATE | NLM_F_REPLACE,
    payload: concat(
      routeHeader(familyOf(route.gateway), {
        prefixLength: route.prefixLength,
        table: RT_TABLE_MAIN,
        protocol: RTPROT_STATIC,
        kind: RTN_UNICAST,
      }),
      encodeAttributes([
        ...destination,
        bytesOf(RTA_GATEWAY, route.gateway),
        u32(RTA_OIF, route.index),
      ]),
    ),
  }
}

/** A route of any table that says who made it. */
export interface MovingRoute {
  readonly destination: Uint8Array
  readonly prefixLength: number
  /** `local`: every address of the destination is this machine's. */
  readonly kind: 'unicast' | 'local'
  /** Absent: the destination is on the link. */
  readonly gateway?: Uint8Array
  /** The index of the link that it leaves by. */
  readonly index: number
  readonly table: number
  /** Where packets of this machine come from; absent: the kernel chooses. */
  readonly source?: Uint8Array
  readonly protocol: number
}

/** Adds a route, or replaces the one with this destination in its table. */
export const newMovingRoute = (route: MovingRoute): NetlinkRequest =>
  movingRoute(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE, route)

export const deleteMovingRoute = (route: MovingRoute): NetlinkRequest =>
  movingRoute(RTM_DELROUTE, 0, route)

function movingRoute(type: number, flags: number, route: MovingRoute): NetlinkRequest {
  const { destination, prefixLength, kind, gateway, index, table, source, protocol } = route
  const header = routeHeader(familyOf(destination), {
    prefixLength,
    // A table above 255 is in its attribute alone.
    table: table > 255 ? 0 : table,
    protocol,
    kind: kind === 'local' ? RTN_LOCAL : RTN_UNICAST,
    scope: scopeOf(route),
  })
  const attributes = [
    ...(prefixLength === 0 ? [] : [bytesOf(RTA_DST, destination)]),
    ...(gateway === undefined ? [] : [bytesOf(RTA_GATEWAY, gateway)]),
    u32(RTA_OIF, index),
    ...(source === undefined ? [] : [bytesOf(RTA_PREFSRC, source)]),
    u32(RTA_TABLE, table),
  ]
  return { type, flags, payload: concat(header, encodeAttributes(attributes)) }
}

// IPv6 has no scopes of routes.
function scopeOf({ destination, kind, gateway }: MovingRoute): number {
  if (destination.length === 16 || gateway !== undefined) return RT_SCOPE_UNIVERSE
  return kind === 'local' ? RT_SCOPE_HOST : RT_SCOPE_LINK
}

/** The routes of every table that say that this protocol made them; an old kernel gives all. */
export const dumpMovingRoutes = (family: 4 | 6, protocol: number): NetlinkRequest => ({
  type: RTM_GETROUTE,
  flags: NLM_F_DUMP,
  payload: routeHeader(family === 4 ? AF_INET : AF_INET6, { protocol }),
})

/** Undefined: no route to one link, or neither unicast nor local. */
export function decodeMovingRoute(message: NetlinkMessage): MovingRoute | undefined {
  const { type, payload } = message
  if (type !== RTM_NEWROUTE || payload.length < 12) return undefined
  const length = payload[0] === AF_INET ? 4 : 16
  const attributes = decodeAttributes(payload.subarray(12))
  const index = asU32(attributes?.get(RTA_OIF))
  const table = asU32(attributes?.get(RTA_TABLE)) ?? payload[4]
  const gateway = attributes?.get(RTA_GATEWAY)
  const source = attributes?.get(RTA_PREFSRC)
  const destination = attributes?.get(RTA_DST) ?? new Uint8Array(length)
  const kind = payload[7] === RTN_LOCAL ? 'local' : 'unicast'
  if (index === undefined || table === undefined || destination.length !== length) return undefined
  if (payload[7] !== RTN_LOCAL && payload[7] !== RTN_UNICAST) return undefined
  return {
    ...{ destination, prefixLength: payload[1] ?? 0, kind, index, table },
    ...(gateway === undefined ? {} : { gateway }),
    ...(source === undefined ? {} : { source }),
    protocol: payload[5] ?? 0,
  }
}

/** Asks what the kernel would do with a packet of its own to an address by a link. */
export function getRouteTo(address: Uint8Array, index: number): NetlinkRequest {
  const header = routeHeader(familyOf(address), { prefixLength: address.length * 8 })
  const attributes = [bytesOf(RTA_DST, address), u32(RTA_OIF, index)]
  return { type: RTM_GETROUTE, flags: 0, payload: concat(header, encodeAttributes(attributes)) }
}

/** Whether an answer says that the address is this machine's own. */
export const isLocalRoute = ({ type, payload }: NetlinkMessage): boolean =>
  type === RTM_NEWROUTE && payload.length >= 12 && payload[7] === RTN_LOCAL

export const dumpRoutes = (family: 4 | 6 = 4): NetlinkRequest => ({
  type: RTM_GETROUTE,
  flags: NLM_F_DUMP,
  payload: routeHeader(family === 4 ? AF_INET : AF_INET6, {}),
})

/** A gateway route of the main table; undefined for every other route. */
export function decodeRoute(message: NetlinkMessage): GatewayRoute | undefined {
  const { type, payload } = message
  if (type !== RTM_NEWROUTE || payload.length < 12) return undefined
  const length = payload[0] === AF_INET ? 4 : 16
  const attributes = decodeAttributes(payload.subarray(12))
  const gateway = attributes?.get(RTA_GATEWAY)
  const index = asU32(attributes?.get(RTA_OIF))
  const table = asU32(attributes?.get(RTA_TABLE)) ?? payload[4]
  if (gateway?.length !== length || index === undefined || table !== RT_TABLE_MAIN) return undefined
  const destination = attributes?.get(RTA_DST) ?? new Uint8Array(length)
  if (destination.length !== length) return undefined
  return { destination, prefixLength: payload[1] ?? 0, gateway, index }
}

const familyOf = ({ length }: Uint8Array): number => (length === 4 ? AF_INET : AF_INET6)

/** struct rtmsg. */
function routeHeader(
  family: number,
  fields: {
    readonly prefixLength?: number
    readonly table?: number
    readonly protocol?: number
    readonly kind?: number
    readonly scope?: number
  },
): Uint8Array {
  const { prefixLength = 0, table = 0, protocol = 0, kind = 0 } = fields
  const { scope = RT_SCOPE_UNIVERSE } = fields
  return new Uint8Array([family, prefixLength, 0, 0, table, protocol, scope, kind, 0, 0, 0, 0])
}
