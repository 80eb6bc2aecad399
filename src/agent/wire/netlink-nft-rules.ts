// Rules of nf_tables, include/uapi/linux/netfilter/nf_tables.h: a mark for each frame, and a drop
// of those without it.
import { type NetlinkRequest, NLM_F_APPEND, NLM_F_CREATE } from './netlink.ts'
import { type Attribute, be32, bytesOf, nest, text } from './netlink-attributes.ts'
import { tablesRequest } from './netlink-nftables.ts'

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
const NFT_META_MARK = 3
const NFT_CMP_NEQ = 1
const NFT_REG_VERDICT = 0
const NFT_REG_1 = 1
const NF_DROP = 0

/** A rule that gives each frame a mark. */
export const markRule = (table: string, chain: string, mark: number): NetlinkRequest =>
  newRule(table, chain, [
    expression('immediate', be32(NFTA_IMMEDIATE_DREG, NFT_REG_1), valueData(mark)),
    expression('meta', be32(NFTA_META_KEY, NFT_META_MARK), be32(NFTA_META_SREG, NFT_REG_1)),
  ])

/** A rule that drops each frame without the mark. */
export const dropUnmarkedRule = (table: string, chain: string, mark: number): NetlinkRequest =>
  newRule(table, chain, [
    expression('meta', be32(NFTA_META_KEY, NFT_META_MARK), be32(NFTA_META_DREG, NFT_REG_1)),
    expression(
      'cmp',
      be32(NFTA_CMP_SREG, NFT_REG_1),
      be32(NFTA_CMP_OP, NFT_CMP_NEQ),
      nest(NFTA_CMP_DATA, bytesOf(NFTA_DATA_VALUE, hostOrder(mark))),
    ),
    expression(
      'immediate',
      be32(NFTA_IMMEDIATE_DREG, NFT_REG_VERDICT),
      nest(NFTA_IMMEDIATE_DATA, nest(NFTA_DATA_VERDICT, be32(NFTA_VERDICT_CODE, NF_DROP))),
    ),
  ])

function newRule(table: string, chain: string, expressions: readonly Attribute[]): NetlinkRequest {
  return tablesRequest(NFT_MSG_NEWRULE, NLM_F_CREATE | NLM_F_APPEND, [
    text(NFTA_RULE_TABLE, table),
    text(NFTA_RULE_CHAIN, chain),
    nest(NFTA_RULE_EXPRESSIONS, ...expressions),
  ])
}

const expression = (name: string, ...data: readonly Attribute[]): Attribute =>
  nest(NFTA_LIST_ELEM, text(NFTA_EXPR_NAME, name), nest(NFTA_EXPR_DATA, ...data))

const valueData = (value: number): Attribute =>
  nest(NFTA_IMMEDIATE_DATA, bytesOf(NFTA_DATA_VALUE, hostOrder(value)))

/** A mark lies in a register as the processor has it. */
function hostOrder(value: number): Uint8Array {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setUint32(0, value, true)
  return bytes
}
