// rtnetlink links: include/uapi/linux/{rtnetlink,if_link,if}.h.
import {
  AF_UNSPEC,
  concat,
  type NetlinkMessage,
  type NetlinkRequest,
  NLM_F_CREATE,
  NLM_F_DUMP,
  NLM_F_EXCL,
} from './netlink.ts'
import {
  type Attribute,
  asNest,
  asText,
  asU8,
  asU32,
  bytesOf,
  decodeAttributes,
  encodeAttributes,
  nest,
  text,
  u8,
  u32,
} from './netlink-attributes.ts'

export const RTM_NEWLINK = 16
export const RTM_DELLINK = 17
const RTM_GETLINK = 18
const RTM_SETLINK = 19

export const IFF_UP = 0x1
export const IFF_LOWER_UP = 0x10000

const IFLA_ADDRESS = 1
const IFLA_IFNAME = 3
const IFLA_MTU = 4
const IFLA_LINK = 5
const IFLA_OPERSTATE = 16
const IFLA_LINKINFO = 18
const IFLA_EXT_MASK = 29
const IFLA_PROTO_DOWN = 39
const IFLA_PERM_ADDRESS = 54
const IFLA_PROTO_DOWN_REASON = 55
const IFLA_PROTO_DOWN_REASON_VALUE = 2
const IFLA_INFO_KIND = 1
const IFLA_INFO_DATA = 2
const IFLA_MACVLAN_MODE = 1
const MACVLAN_MODE_BRIDGE = 4
const RTEXT_FILTER_SKIP_STATS = 8

const READ: ReadonlySet<number> = new Set([
  ...[IFLA_ADDRESS, IFLA_IFNAME, IFLA_MTU, IFLA_LINK, IFLA_OPERSTATE, IFLA_LINKINFO],
  ...[IFLA_PROTO_DOWN, IFLA_PERM_ADDRESS, IFLA_PROTO_DOWN_REASON],
])

/** RFC 2863 states as the kernel numbers them. */
export const OPER_UNKNOWN = 0
export const OPER_DOWN = 2
export const OPER_UP = 6

/** A link as the kernel holds it. */
export interface Link {
  readonly index: number
  readonly name: string
  /** IFF_*. */
  readonly flags: number
  readonly operState: number
  readonly mtu: number
  /** Hardware address; empty where the link has none. */
  readonly mac: Uint8Array
  /** The address that the hardware was made with; absent where the driver does not say. */
  readonly permanentMac?: Uint8Array
  /** Index of the link under it, for a macvlan its parent. */
  readonly parent?: number
  /** For example `macvlan`; absent for a plain device. */
  readonly kind?: string
  /** A macvlan in bridge mode. */
  readonly isBridgeMode?: boolean
  readonly isProtoDown: boolean
  /** Kernels from 5.9 on: a bit for each program that holds the link down. */
  readonly protoDownReasons: number
}

/** As `getLink`, for every link. */
export const dumpLinks = (): NetlinkRequest => ({ ...getLink(0), flags: NLM_F_DUMP })

/** Asks for one link, without the statistics that may be left out: IPv6's and those of VFs. */
export const getLink = (index: number): NetlinkRequest => ({
  type: RTM_GETLINK,
  flags: 0,
  payload: concat(
    linkHeader({ index }),
    encodeAttributes([u32(IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS)]),
  ),
})

/** Makes a macvlan in bridge mode, down. The kernel takes protodown only in a later change. */
export function newMacvlan(link: {
  readonly name: string
  readonly parent: number
  readonly mac: Uint8Array
}): NetlinkRequest {
  return {
    type: RTM_NEWLINK,
    flags: NLM_F_CREATE | NLM_F_EXCL,
    payload: concat(
      linkHeader({}),
      encodeAttributes([
        text(IFLA_IFNAME, link.name),
        u32(IFLA_LINK, link.parent),
        bytesOf(IFLA_ADDRESS, link.mac),
        nest(
          IFLA_LINKINFO,
          text(IFLA_INFO_KIND, 'macvlan'),
          nest(IFLA_INFO_DATA, u32(IFLA_MACVLAN_MODE, MACVLAN_MODE_BRIDGE)),
        ),
      ]),
    ),
  }
}

export const deleteLink = (index: number): NetlinkRequest => ({
  type: RTM_DELLINK,
  flags: 0,
  payload: linkHeader({ index }),
})

/** Changes only what is named. A link is renamed only while it is down. */
export function setLink(
  index: number,
  change: {
    readonly up?: boolean
    readonly name?: string
    readonly mtu?: number
    readonly protoDown?: boolean
  },
): NetlinkRequest {
  const attributes: Attribute[] = []
  if (change.name !== undefined) attributes.push(text(IFLA_IFNAME, change.name))
  if (change.mtu !== undefined) attributes.push(u32(IFLA_MTU, change.mtu))
  if (change.protoDown !== undefined) {
    attributes.push(u8(IFLA_PROTO_DOWN, change.protoDown ? 1 : 0))
  }
  const flags = change.up === undefined ? {} : { flags: change.up ? IFF_UP : 0, changeMask: IFF_UP }
  return {
    type: RTM_SETLINK,
    flags: 0,
    payload: concat(linkHeader({ index, ...flags }), encodeAttributes(attributes)),
  }
}

/** The link that an RTM_NEWLINK or RTM_DELLINK speaks of. Undefined: another type, or malformed. */
export function decodeLink(message: NetlinkMessage): Link | undefined {
  const { type, payload } = message
  if ((type !== RTM_NEWLINK && type !== RTM_DELLINK) || payload.length < 16) return undefined
  const attributes = decodeAttributes(payload.subarray(16), READ)
  const name = asText(attributes?.get(IFLA_IFNAME))
  if (attributes === undefined || name === undefined) return undefined
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength)
  const info = asNest(attributes.get(IFLA_LINKINFO))
  const kind = asText(info?.get(IFLA_INFO_KIND))
  const permanentMac = attributes.get(IFLA_PERM_ADDRESS)
  const parent = asU32(attributes.get(IFLA_LINK))
  const reasons = asNest(attributes.get(IFLA_PROTO_DOWN_REASON))
  const mode = asU32(asNest(info?.get(IFLA_INFO_DATA))?.get(IFLA_MACVLAN_MODE))
  return {
    index: view.getInt32(4, true),
    name,
    flags: view.getUint32(8, true),
    operState: asU8(attributes.get(IFLA_OPERSTATE)) ?? OPER_UNKNOWN,
    mtu: asU32(attributes.get(IFLA_MTU)) ?? 0,
    mac: attributes.get(IFLA_ADDRESS) ?? new Uint8Array(0),
    ...(permanentMac === undefined ? {} : { permanentMac }),
    ...(parent === undefined ? {} : { parent }),
    ...(kind === undefined ? {} : { kind }),
    ...(kind === 'macvlan' ? { isBridgeMode: mode === MACVLAN_MODE_BRIDGE } : {}),
    isProtoDown: asU8(attributes.get(IFLA_PROTO_DOWN)) === 1,
    protoDownReasons: asU32(reasons?.get(IFLA_PROTO_DOWN_REASON_VALUE)) ?? 0,
  }
}

/** struct ifinfomsg. */
function linkHeader(fields: { index?: number; flags?: number; changeMask?: number }): Uint8Array {
  const bytes = new Uint8Array(16)
  const view = new DataView(bytes.buffer)
  view.setUint8(0, AF_UNSPEC)
  view.setInt32(4, fields.index ?? 0, true)
  view.setUint32(8, fields.flags ?? 0, true)
  view.setUint32(12, fields.changeMask ?? 0, true)
  return bytes
}
