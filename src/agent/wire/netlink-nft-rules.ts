// Rules of nf_tables, include/uapi/linux/netfilter/nf_tables.h: a mark for each frame, and a drop
// of those without it.
import { type NetlinkRequest, NLM_F_APPEND, NLM_F_CREATE } from './netlink.ts'
import { type Attribute, be32, bytesOf, nest, text } from './netlink-attributes.ts'
import { type TableFamily, tablesRequest } from './netlink-nftables.ts'

const NFT_MSG_NEWRULE = 6
const NFTA_RULE_TABLE = 1
const NFTA_RULE_CHAIN = 2
const NFTA_RULE_EXPRESSIONS = 4
const NFTA_LIST_ELEM = 1
const NFTA_EXPR_NAME = 1
const NFTA_EXPR_DATA = 2
const NFTA_META_DREG = 1
const NFTA_META_KEY = 2
const NFTA_META_SREG = 3
const NFTA_IMMEDIATE_DREG = 1
const NFTA_IMMEDIATE_DATA = 2
const NFTA_CMP_SREG = 1
const NFTA_CMP_OP = 2
const NFTA_CMP_DATA = 3
const NFTA_DATA_VALUE = 1
const NFTA_DATA_VERDICT = 2
const NFTA_VERDICT_CODE = 1
const NFTA_PAYLOAD_DREG = 1
const NFTA_PAYLOAD_BASE = 2
const NFTA_PAYLOAD_OFFSET = 3
const NFTA_PAYLOAD_LEN = 4
export const NFT_PAYLOAD_TRANSPORT_HEADER = 2
const NFT_META_MARK = 3
const NFT_META_IIFNAME = 6
export const NFT_META_L4PROTO = 16
export const NFT_CMP_EQ = 0
export const NFT_CMP_NEQ = 1
const NFT_CMP_LTE = 3
const NFT_CMP_GTE = 5
const IFNAMSIZ = 16
export const ICMPV6 = 58
// Neighbour solicitation and advertisement, RFC 4861.
const [SOLICITATION, ADVERTISEMENT] = [135, 136]
const NFT_REG_VERDICT = 0
export const NFT_REG_1 = 1
export const NF_DROP = 0
export const NF_ACCEPT = 1

/** A rule that gives each frame a mark. */
export const markRule = (table: string, chain: string, mark: number): NetlinkRequest =>
  newRule(table, chain, [
    expression('immediate', be32(NFTA_IMMEDIATE_DREG, NFT_REG_1), valueData(mark)),
    expression('meta', be32(NFTA_META_KEY, NFT_META_MARK), be32(NFTA_META_SREG, NFT_REG_1)),
  ])

/** A rule that drops each frame without the mark. */
export const dropUnmarkedRule = (table: string, chain: string, mark: number): NetlinkRequest =>
  newRule(table, chain, [
    load(NFT_META_MARK),
    compare(NFT_CMP_NEQ, hostOrder(mark)),
    verdict(NF_DROP),
  ])

/** A rule that lets neighbour discovery through that came in on a device. */
export const passNeighboursRule = (table: string, chain: string, device: string): NetlinkRequest =>
  newRule(
    table,
    chain,
    [
      load(NFT_META_IIFNAME),
      compare(NFT_CMP_EQ, nameBytes(device)),
      load(NFT_META_L4PROTO),
      compare(NFT_CMP_EQ, new Uint8Array([ICMPV6])),
      payload(NFT_PAYLOAD_TRANSPORT_HEADER, 0, 1),
      compare(NFT_CMP_GTE, new Uint8Array([SOLICITATION])),
      compare(NFT_CMP_LTE, new Uint8Array([ADVERTISEMENT])),
      verdict(NF_ACCEPT),
    ],
    'inet',
  )

/** A rule that drops what came in on a device. */
export const dropFromRule = (table: string, chain: string, device: string): NetlinkRequest =>
  newRule(
    table,
    chain,
    [load(NFT_META_IIFNAME), compare(NFT_CMP_EQ, nameBytes(device)), verdict(NF_DROP)],
    'inet',
  )

/** A rule at the end of a chain. */
export function newRule(
  table: string,
  chain: string,
  expressions: readonly Attribute[],
  family: TableFamily = 'netdev',
): NetlinkRequest {
  const attributes = [
    text(NFTA_RULE_TABLE, table),
    text(NFTA_RULE_CHAIN, chain),
    nest(NFTA_RULE_EXPRESSIONS, ...expressions),
  ]
  return tablesRequest(NFT_MSG_NEWRULE, NLM_F_CREATE | NLM_F_APPEND, attributes, family)
}

export const load = (key: number): Attribute =>
  expression('meta', be32(NFTA_META_KEY, key), be32(NFTA_META_DREG, NFT_REG_1))

/** Bytes of a packet, from the start of a header on. */
export const payload = (header: number, offset: number, length: number): Attribute =>
  expression(
    'payload',
    be32(NFTA_PAYLOAD_DREG, NFT_REG_1),
    be32(NFTA_PAYLOAD_BASE, header),
    be32(NFTA_PAYLOAD_OFFSET, offset),
    be32(NFTA_PAYLOAD_LEN, length),
  )

export const compare = (operation: number, value: Uint8Array, from = NFT_REG_1): Attribute =>
  expression(
    'cmp',
    be32(NFTA_CMP_SREG, from),
    be32(NFTA_CMP_OP, operation),
    nest(NFTA_CMP_DATA, bytesOf(NFTA_DATA_VALUE, value)),
  )

export const verdict = (code: number): Attribute =>
  expression(
    'immediate',
    be32(NFTA_IMMEDIATE_DREG, NFT_REG_VERDICT),
    nest(NFTA_IMMEDIATE_DATA, nest(NFTA_DATA_VERDICT, be32(NFTA_VERDICT_CODE, code))),
  )

/** As a register holds it, filled up with zeroes. */
function nameBytes(device: string): Uint8Array {
  const bytes = new Uint8Array(IFNAMSIZ)
  for (let at = 0; at < device.length; at += 1) bytes[at] = device.charCodeAt(at)
  return bytes
}

export const expression = (name: string, ...data: readonly Attribute[]): Attribute =>
  nest(NFTA_LIST_ELEM, text(NFTA_EXPR_NAME, name), nest(NFTA_EXPR_DATA, ...data))

const valueData = (value: number): Attribute =>
  nest(NFTA_IMMEDIATE_DATA, bytesOf(NFTA_DATA_VALUE, hostOrder(value)))

/** A mark lies in a register as the processor has it. */
function hostOrder(value: number): Uint8Array {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setUint32(0, value, true)
  return bytes
}
