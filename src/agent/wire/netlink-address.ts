// rtnetlink addresses of both families: include/uapi/linux/if_addr.h.

import type { Family } from './address.ts'
import {
  AF_INET,
  AF_INET6,
  concat,
  type NetlinkMessage,
  type NetlinkRequest,
  NLM_F_CREATE,
  NLM_F_DUMP,
  NLM_F_EXCL,
} from './netlink.ts'
import {
  type Attribute,
  asU8,
  asU32,
  bytesOf,
  decodeAttributes,
  encodeAttributes,
  u8,
  u32,
} from './netlink-attributes.ts'

export const RTM_NEWADDR = 20
export const RTM_DELADDR = 21
const RTM_GETADDR = 22

const IFA_ADDRESS = 1
const IFA_LOCAL = 2
const IFA_BROADCAST = 4
const IFA_CACHEINFO = 6
const IFA_FLAGS = 8
const IFA_PROTO = 11

export const IFA_F_SECONDARY = 0x1
/** No duplicate address detection. */
export const IFA_F_NODAD = 0x2
const IFA_F_DADFAILED = 0x8
const IFA_F_TENTATIVE = 0x40
/** No route for its network comes with it. */
export const IFA_F_NOPREFIXROUTE = 0x200
/** Valid for ever and preferred never: no connection of ours starts from it by itself. */
const NEVER_PREFERRED = new Uint8Array([0, 0, 0, 0, 255, 255, 255, 255, 0, 0, 0, 0, 0, 0, 0, 0])

/** An address of a link as the kernel holds it. */
export interface LinkAddress {
  /** The link's index. */
  readonly index: number
  /** 4 bytes, or 16. */
  readonly address: Uint8Array
  readonly prefixLength: number
  /** IFA_F_*. */
  readonly flags: number
  /** Who added it, IFA_PROTO; absent: nobody said, or a kernel before 5.18. */
  readonly protocol?: number
}

/** Whether the kernel has not (yet) found an IPv6 address to be the only one on its link. */
export const isUnsettled = ({ flags }: LinkAddress): boolean =>
  (flags & (IFA_F_TENTATIVE | IFA_F_DADFAILED)) !== 0

/**
 * Asks for the addresses of a family of a link, or with index 0 of every link. Only a socket with
 * NETLINK_GET_STRICT_CHK gets those of one link alone.
 */
export const dumpAddresses = (index: number, family: Family): NetlinkRequest => ({
  type: RTM_GETADDR,
  flags: NLM_F_DUMP,
  payload: addressHeader(index, 0, family === 4 ? AF_INET : AF_INET6),
})

/**
 * Adds an address; an IPv4 prefix shorter than 31 gets its broadcast address.
 *
 * @param flags IFA_F_*
 */
export function newAddress(
  index: number,
  address: Uint8Array,
  prefixLength: number,
  flags = 0,
  more: readonly Attribute[] = [],
): NetlinkRequest {
  const attributes = [bytesOf(IFA_LOCAL, address), bytesOf(IFA_ADDRESS, address)]
  if (flags !== 0) attributes.push(u32(IFA_FLAGS, flags))
  if (address.length === 4 && prefixLength < 31) {
    attributes.push(bytesOf(IFA_BROADCAST, broadcastOf(address, prefixLength)))
  }
  return {
    type: RTM_NEWADDR,
    flags: NLM_F_CREATE | NLM_F_EXCL,
    payload: concat(
      addressHeader(index, prefixLength, familyOf(address)),
      encodeAttributes([...attributes, ...more]),
    ),
  }
}

/**
 * Adds a VIP to an interface that has addresses of its own: no route comes with it, no IPv6 address
 * is looked for twice or chosen as a source.
 *
 * @param protocol says in every dump who added it, from kernel 5.18 on
 */
export function newMovingAddress(
  index: number,
  address: Uint8Array,
  prefixLength: number,
  protocol: number,
): NetlinkRequest {
  const isIpv6 = address.length === 16
  const flags = IFA_F_NOPREFIXROUTE | (isIpv6 ? IFA_F_NODAD : 0)
  const lifetime = isIpv6 ? [bytesOf(IFA_CACHEINFO, NEVER_PREFERRED)] : []
  return newAddress(index, address, prefixLength, flags, [...lifetime, u8(IFA_PROTO, protocol)])
}

/** Deletes an address; the prefix length must be the one that it was added with. */
export function deleteAddress(
  index: number,
  address: Uint8Array,
  prefixLength: number,
): NetlinkRequest {
  return {
    type: RTM_DELADDR,
    flags: 0,
    payload: concat(
      addressHeader(index, prefixLength, familyOf(address)),
      encodeAttributes([bytesOf(IFA_LOCAL, address)]),
    ),
  }
}

/** Asks for one IPv6 address of a link; EADDRNOTAVAIL where it has it not. IPv4 has no such. */
export const getAddress = (index: number, address: Uint8Array): NetlinkRequest => ({
  type: RTM_GETADDR,
  flags: 0,
  payload: concat(
    addressHeader(index, 0, AF_INET6),
    encodeAttributes([bytesOf(IFA_ADDRESS, address)]),
  ),
})

/** The address that an RTM_NEWADDR or RTM_DELADDR speaks of. */
export function decodeLinkAddress(message: NetlinkMessage): LinkAddress | undefined {
  const { type, payload } = message
  if ((type !== RTM_NEWADDR && type !== RTM_DELADDR) || payload.length < 8) return undefined
  if (payload[0] !== AF_INET && payload[0] !== AF_INET6) return undefined
  const attributes = decodeAttributes(payload.subarray(8))
  const address = attributes?.get(IFA_LOCAL) ?? attributes?.get(IFA_ADDRESS)
  if (address?.length !== (payload[0] === AF_INET ? 4 : 16)) return undefined
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength)
  const protocol = asU8(attributes?.get(IFA_PROTO))
  return {
    index: view.getUint32(4, true),
    address,
    prefixLength: view.getUint8(1),
    flags: asU32(attributes?.get(IFA_FLAGS)) ?? view.getUint8(2),
    ...(protocol === undefined ? {} : { protocol }),
  }
}

/**
 * Whether a datagram is one message about an address that this protocol added: told from its bytes
 * alone, since thousands of them come with a takeover.
 */
export function isMovingAddress(datagram: Uint8Array, protocol: number): boolean {
  const u16At = (at: number) => (datagram[at] ?? 0) | ((datagram[at + 1] ?? 0) << 8)
  const type = u16At(4)
  if ((type !== RTM_NEWADDR && type !== RTM_DELADDR) || u16At(0) !== datagram.length) return false
  // Behind struct nlmsghdr and struct ifaddrmsg.
  for (let at = 24; at + 4 < datagram.length; ) {
    const length = u16At(at)
    if (length < 4) return false
    if (u16At(at + 2) === IFA_PROTO) return datagram[at + 4] === protocol
    at += (length + 3) & ~3
  }
  return false
}

/** struct ifaddrmsg. */
function addressHeader(index: number, prefixLength: number, family: number): Uint8Array {
  const bytes = new Uint8Array(8)
  const view = new DataView(bytes.buffer)
  view.setUint8(0, family)
  view.setUint8(1, prefixLength)
  view.setUint32(4, index, true)
  return bytes
}

const familyOf = ({ length }: Uint8Array): number => (length === 4 ? AF_INET : AF_INET6)

function broadcastOf(address: Uint8Array, prefixLength: number): Uint8Array {
  return address.map((byte, at) => byte | (0xff >> Math.max(0, Math.min(8, prefixLength - at * 8))))
}
