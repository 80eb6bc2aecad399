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
const RTM_GETROUTE = 26

const RTA_DST = 1
const RTA_OIF = 4
const RTA_GATEWAY = 5
const RTA_TABLE = 15

export const RT_TABLE_MAIN = 254
const RTPROT_STATIC = 4
const RT_SCOPE_UNIVERSE = 0
const RTN_UNICAST = 1

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
  },
): Uint8Array {
  const { prefixLength = 0, table = 0, protocol = 0, kind = 0 } = fields
  const scope = RT_SCOPE_UNIVERSE
  return new Uint8Array([family, prefixLength, 0, 0, table, protocol, scope, kind, 0, 0, 0, 0])
}
