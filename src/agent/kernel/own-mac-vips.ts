import type { VrrpInstanceConfig } from '../../model/node-config.ts'
import type { Family } from '../wire/address.ts'
import { deleteAddress, newMovingAddress } from '../wire/netlink-address.ts'
import type { Network } from '../wire/netlink-nft-gate.ts'
import { encodePrefix } from '../wire/text-address.ts'
import { encodedAsk } from './ask.ts'
import type { Ask } from './talk.ts'
import { heldLength } from './vip-device.ts'

/** Marks in every dump what this agent has added (IFA_PROTO, RTA protocol, FRA_PROTOCOL). */
export const DIRECTOR_PROTOCOL = 0xd1
/** So many addresses are added or deleted in one turn: with thousands there, 50 us each. */
export const ADDRESSES_A_PIECE = 64

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
  /** The requests that add and delete all of them, in pieces. */
  readonly adding: readonly Ask[]
  readonly deleting: readonly Ask[]
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
    accept: instance.accept,
    addresses,
    networks: (instance.blocks ?? []).map(encodePrefix),
    adding: inPieces(addresses, address =>
      newMovingAddress(index, address, heldLength(address), DIRECTOR_PROTOCOL),
    ),
    deleting: inPieces(addresses, address => deleteAddress(index, address, heldLength(address))),
  }
}

/** Is this instance one of those that a macvlan carries? */
export const hasVirtualMac = ({ virtual_mac }: VrrpInstanceConfig): boolean => virtual_mac !== false

function inPieces(
  addresses: readonly Uint8Array[],
  request: (address: Uint8Array) => ReturnType<typeof deleteAddress>,
): readonly Ask[] {
  const pieces: Ask[] = []
  for (let at = 0; at < addresses.length; at += ADDRESSES_A_PIECE) {
    pieces.push(encodedAsk('route', addresses.slice(at, at + ADDRESSES_A_PIECE).map(request)))
  }
  return pieces
}
