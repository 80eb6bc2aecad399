// Rules of nf_tables that tell frames for some addresses from all others.
import { ETHERTYPE_ARP, ETHERTYPE_IPV4, ETHERTYPE_IPV6 } from './ethernet.ts'
import type { NetlinkRequest } from './netlink.ts'
import { type Attribute, be32, bytesOf, nest } from './netlink-attributes.ts'
import {
  compare,
  expression,
  ICMPV6,
  load,
  NF_ACCEPT,
  NF_DROP,
  NFT_CMP_EQ,
  NFT_CMP_NEQ,
  NFT_META_L4PROTO,
  NFT_PAYLOAD_TRANSPORT_HEADER,
  NFT_REG_1,
  newRule,
  payload,
  verdict,
} from './netlink-nft-rules.ts'
import { isInSet } from './netlink-nft-sets.ts'

const NFT_META_PROTOCOL = 1
const NFT_META_NFPROTO = 15
const NFT_PAYLOAD_NETWORK_HEADER = 1
const NFT_REG_2 = 2
const NFTA_BITWISE_SREG = 1
const NFTA_BITWISE_DREG = 2
const NFTA_BITWISE_LEN = 3
const NFTA_BITWISE_MASK = 4
const NFTA_BITWISE_XOR = 5
const NFTA_DATA_VALUE = 1
const NFPROTO = { 4: 2, 6: 10 } as const
// Neighbour solicitation, RFC 4861 section 4.3: the target lies behind 8 bytes.
const SOLICITATION = 135
const TARGET_OFFSET = 8
/** The target of ARP, RFC 826, over Ethernet and IPv4. */
const ARP_TARGET_OFFSET = 24
/** ff02::1:ff00:0/104, RFC 4291 section 2.7.1: where neighbours ask for an address. */
const SOLICITED_NODES: Network = {
  address: new Uint8Array([0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff, 0, 0, 0]),
  prefixLength: 104,
}

export interface Network {
  readonly address: Uint8Array
  readonly prefixLength: number
}

/** Which addresses: those of a set, and all of some networks; all of one family. */
export interface Addressed {
  readonly set: string
  readonly family: 4 | 6
  readonly networks: readonly Network[]
}

/**
 * Rules that accept every frame at a device's ingress but those for the addresses: packets to one,
 * and questions who has it (ARP, neighbour solicitations). Those come to what follows the rules.
 */
export function acceptOthers(
  table: string,
  chain: string,
  addressed: Addressed,
): readonly NetlinkRequest[] {
  const rules = addressed.family === 4 ? others4(addressed) : others6(addressed)
  return rules.map(rule => newRule(table, chain, [...rule, verdict(NF_ACCEPT)]))
}

/** A rule of the family inet that drops packets to the addresses. */
export function dropAddressed(
  table: string,
  chain: string,
  { set, family, networks }: Addressed,
): readonly NetlinkRequest[] {
  const to = [load(NFT_META_NFPROTO), compare(NFT_CMP_EQ, new Uint8Array([NFPROTO[family]]))]
  const matches = [[isInSet(set, true)], ...networks.map(each => masked(each, NFT_CMP_EQ))]
  return matches.map(match =>
    newRule(table, chain, [...to, destination(family), ...match, verdict(NF_DROP)], 'inet'),
  )
}

function others4({ set, networks }: Addressed): readonly (readonly Attribute[])[] {
  return [
    [...isProtocol(ETHERTYPE_IPV4, NFT_CMP_NEQ), ...isProtocol(ETHERTYPE_ARP, NFT_CMP_NEQ)],
    [...isProtocol(ETHERTYPE_IPV4, NFT_CMP_EQ), destination(4), ...elsewhere(set, networks)],
    [
      ...isProtocol(ETHERTYPE_ARP, NFT_CMP_EQ),
      payload(NFT_PAYLOAD_NETWORK_HEADER, ARP_TARGET_OFFSET, 4),
      isInSet(set, false),
    ],
  ]
}

// What else comes to the group of solicited nodes must pass: a multicast listener query, above all.
function others6({ set, networks }: Addressed): readonly (readonly Attribute[])[] {
  const toGroup = [destination(6), ...masked(SOLICITED_NODES, NFT_CMP_EQ), load(NFT_META_L4PROTO)]
  const isIcmp = compare(NFT_CMP_EQ, new Uint8Array([ICMPV6]))
  const type = payload(NFT_PAYLOAD_TRANSPORT_HEADER, 0, 1)
  const solicitation = new Uint8Array([SOLICITATION])
  return [
    isProtocol(ETHERTYPE_IPV6, NFT_CMP_NEQ),
    [destination(6), ...elsewhere(set, networks), ...masked(SOLICITED_NODES, NFT_CMP_NEQ)],
    [
      ...[...toGroup, isIcmp, type, compare(NFT_CMP_EQ, solicitation)],
      payload(NFT_PAYLOAD_TRANSPORT_HEADER, TARGET_OFFSET, 16),
      isInSet(set, false),
    ],
    [...toGroup, isIcmp, type, compare(NFT_CMP_NEQ, solicitation)],
    [...toGroup, compare(NFT_CMP_NEQ, new Uint8Array([ICMPV6]))],
  ]
}

const elsewhere = (set: string, networks: readonly Network[]): readonly Attribute[] => [
  isInSet(set, false),
  ...networks.flatMap(network => masked(network, NFT_CMP_NEQ)),
]

const destination = (family: 4 | 6): Attribute =>
  family === 4
    ? payload(NFT_PAYLOAD_NETWORK_HEADER, 16, 4)
    : payload(NFT_PAYLOAD_NETWORK_HEADER, 24, 16)

const isProtocol = (ethertype: number, operation: number): readonly Attribute[] => [
  load(NFT_META_PROTOCOL),
  compare(operation, new Uint8Array([ethertype >> 8, ethertype & 0xff])),
]

/** Compares the network of the loaded address, which stays where it is. */
function masked({ address, prefixLength }: Network, operation: number): readonly Attribute[] {
  const mask = address.map((_, at) => 0xff00 >> Math.max(0, Math.min(8, prefixLength - at * 8)))
  const network = address.map((byte, at) => byte & (mask[at] ?? 0))
  return [
    expression(
      'bitwise',
      be32(NFTA_BITWISE_SREG, NFT_REG_1),
      be32(NFTA_BITWISE_DREG, NFT_REG_2),
      be32(NFTA_BITWISE_LEN, address.length),
      nest(NFTA_BITWISE_MASK, bytesOf(NFTA_DATA_VALUE, mask)),
      nest(NFTA_BITWISE_XOR, bytesOf(NFTA_DATA_VALUE, new Uint8Array(address.length))),
    ),
    compare(operation, network, NFT_REG_2),
  ]
}
