import type { VrrpInstanceConfig } from '../../model/node-config.ts'
import type { Family } from '../wire/address.ts'
import type { NetlinkMessage, NetlinkRequest } from '../wire/netlink.ts'
import {
  decodeLinkAddress,
  deleteAddress,
  getAddress,
  isUnsettled,
  newMovingAddress,
} from '../wire/netlink-address.ts'
import type { Network } from '../wire/netlink-nft-gate.ts'
import { getRouteTo, isLocalRoute } from '../wire/netlink-route.ts'
import { encodePrefix } from '../wire/text-address.ts'
import { encodedAsk } from './ask.ts'
import type { Ask } from './talk.ts'
import { heldLength, takesAll } from './vip-device.ts'

/** Marks in every dump what this agent has added (IFA_PROTO, RTA protocol, FRA_PROTOCOL). */
export const DIRECTOR_PROTOCOL = 0xd1
/** So many addresses are added or deleted in one turn: with thousands there, 50 us each. */
const ADDRESSES_A_PIECE = 64

/**
 * The VIPs of an instance without virtual MAC: they are on its interface while it is active, and a
 * gate at the interface's ingress drops all that is for them while it is not.
 */
export interface OwnMacVips {
  readonly instance: string
  /** `vo4.<vrid>.<index of the interface>` or `vo6.`: of the chain and of the set of addresses. */
  readonly name: string
  readonly parent: { readonly index: number; readonly name: string }
  readonly family: Family
  readonly accept: boolean
  readonly addresses: readonly Uint8Array[]
  /** Routed behind the first VIP. */
  readonly networks: readonly Network[]
  readonly pieces: readonly Piece[]
}

/** Some of the VIPs of an instance, as many as one turn moves. */
export interface Piece {
  readonly addresses: readonly Uint8Array[]
  readonly adding: Ask
  readonly deleting: Ask
  /** Asks for each whether the interface has it. */
  readonly asking: Ask
}

/** The VIPs of an instance; `parent` is the link that its interface is. */
export function ownMacVips(
  instance: VrrpInstanceConfig,
  parent: { readonly index: number; readonly name: string },
): OwnMacVips {
  const vips = [...instance.addresses, ...(instance.more_addresses ?? [])]
  const addresses = vips.map(text => encodePrefix(text).address)
  const family = addresses[0]?.length === 16 ? 6 : 4
  const { index } = parent
  return {
    instance: instance.name,
    name: `vo${family}.${instance.vrid}.${index}`,
    parent: { index, name: parent.name },
    family,
    accept: takesAll(instance),
    addresses,
    networks: (instance.blocks ?? []).map(encodePrefix),
    pieces: piecesOf(addresses, index),
  }
}

/**
 * Asks whether an interface has an address. IPv4: whether a packet to it would be this machine's
 * own. The route of an IPv6 address comes a moment after it (net/ipv6/addrconf.c), so not there.
 */
const questionFor = (index: number, address: Uint8Array): NetlinkRequest =>
  address.length === 4 ? getRouteTo(address, index) : getAddress(index, address)

/** Whether an answer to that says yes. */
export function isYes(message: NetlinkMessage): boolean {
  const found = decodeLinkAddress(message)
  return found === undefined ? isLocalRoute(message) : !isUnsettled(found)
}

/** Is this instance one of those that a macvlan carries? */
export const hasVirtualMac = ({ virtual_mac }: VrrpInstanceConfig): boolean => virtual_mac !== false

function piecesOf(all: readonly Uint8Array[], index: number): readonly Piece[] {
  const pieces: Piece[] = []
  for (let at = 0; at < all.length; at += ADDRESSES_A_PIECE) {
    const addresses = all.slice(at, at + ADDRESSES_A_PIECE)
    const ask = (request: (address: Uint8Array, length: number) => NetlinkRequest) =>
      encodedAsk(
        'route',
        addresses.map(address => request(address, heldLength(address))),
      )
    pieces.push({
      addresses,
      adding: ask((address, length) => newMovingAddress(index, address, length, DIRECTOR_PROTOCOL)),
      deleting: ask((address, length) => deleteAddress(index, address, length)),
      asking: ask(address => questionFor(index, address)),
    })
  }
  return pieces
}
