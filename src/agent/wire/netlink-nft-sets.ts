// Sets of nf_tables, include/uapi/linux/netfilter/nf_tables.h: addresses that a rule looks up.
import { type NetlinkRequest, NLM_F_CREATE } from './netlink.ts'
import { type Attribute, be32, bytesOf, nest, text } from './netlink-attributes.ts'
import { expression, NFT_REG_1 } from './netlink-nft-rules.ts'
import { type TableFamily, tablesRequest } from './netlink-nftables.ts'

const NFT_MSG_NEWSET = 9
const NFT_MSG_NEWSETELEM = 12
const NFTA_SET_TABLE = 1
const NFTA_SET_NAME = 2
const NFTA_SET_KEY_LEN = 5
const NFTA_SET_ID = 10
const NFTA_SET_ELEM_LIST_TABLE = 1
const NFTA_SET_ELEM_LIST_SET = 2
const NFTA_SET_ELEM_LIST_ELEMENTS = 3
const NFTA_LIST_ELEM = 1
const NFTA_SET_ELEM_KEY = 1
const NFTA_DATA_VALUE = 1
const NFTA_LOOKUP_SET = 1
const NFTA_LOOKUP_SREG = 2
const NFTA_LOOKUP_FLAGS = 5
const NFT_LOOKUP_F_INV = 1
/** An attribute's length is a u16, and an element of IPv6 takes 28 bytes. */
const ELEMENTS_MAX = 1_000

/**
 * Makes a set of addresses with all its elements.
 *
 * @param id any number that no other set of the same batch has
 * @param addresses all of 4 or all of 16 bytes
 */
export function newAddressSet(
  table: string,
  name: string,
  id: number,
  addresses: readonly Uint8Array[],
  family: TableFamily = 'netdev',
): readonly NetlinkRequest[] {
  const set = [
    text(NFTA_SET_TABLE, table),
    text(NFTA_SET_NAME, name),
    be32(NFTA_SET_KEY_LEN, addresses[0]?.length ?? 4),
    be32(NFTA_SET_ID, id),
  ]
  const requests = [tablesRequest(NFT_MSG_NEWSET, NLM_F_CREATE, set, family)]
  for (let at = 0; at < addresses.length; at += ELEMENTS_MAX) {
    const elements = addresses.slice(at, at + ELEMENTS_MAX).map(elementOf)
    const attributes = [
      text(NFTA_SET_ELEM_LIST_TABLE, table),
      text(NFTA_SET_ELEM_LIST_SET, name),
      nest(NFTA_SET_ELEM_LIST_ELEMENTS, ...elements),
    ]
    requests.push(tablesRequest(NFT_MSG_NEWSETELEM, NLM_F_CREATE, attributes, family))
  }
  return requests
}

/** Goes on with the rule where the loaded address is in the set, or is not. */
export const isInSet = (set: string, wanted: boolean): Attribute =>
  expression(
    'lookup',
    text(NFTA_LOOKUP_SET, set),
    be32(NFTA_LOOKUP_SREG, NFT_REG_1),
    ...(wanted ? [] : [be32(NFTA_LOOKUP_FLAGS, NFT_LOOKUP_F_INV)]),
  )

const elementOf = (address: Uint8Array): Attribute =>
  nest(NFTA_LIST_ELEM, nest(NFTA_SET_ELEM_KEY, bytesOf(NFTA_DATA_VALUE, address)))
