// rtnetlink policy rules of both families: include/uapi/linux/fib_rules.h.
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
  asU8,
  asU32,
  bytesOf,
  decodeAttributes,
  encodeAttributes,
  u8,
  u32,
} from './netlink-attributes.ts'
import type { Network } from './netlink-nft-gate.ts'

const RTM_NEWRULE = 32
const RTM_DELRULE = 33
const RTM_GETRULE = 34
const FRA_DST = 1
const FRA_SRC = 2
const FRA_PRIORITY = 6
const FRA_TABLE = 15
const FRA_PROTOCOL = 21
const FR_ACT_TO_TBL = 1
const HEADER = 12

/** Packets from and to these networks look up a table. */
export interface PolicyRule {
  readonly family: 4 | 6
  readonly from?: Network
  readonly to?: Network
  readonly table: number
  readonly preference: number
  readonly protocol: number
}

/** Adds a rule; EEXIST where it is there. */
export const newRule = (rule: PolicyRule): NetlinkRequest =>
  request(RTM_NEWRULE, NLM_F_CREATE | NLM_F_EXCL, rule)

/** Deletes the rule that is like this one; ENOENT where there is none. */
export const deleteRule = (rule: PolicyRule): NetlinkRequest => request(RTM_DELRULE, 0, rule)

export const dumpRules = (family: 4 | 6): NetlinkRequest => ({
  type: RTM_GETRULE,
  flags: NLM_F_DUMP,
  payload: ruleHeader([family === 4 ? AF_INET : AF_INET6]),
})

/** Undefined: no rule that looks up a table. */
export function decodeRule(message: NetlinkMessage): PolicyRule | undefined {
  const { type, payload } = message
  if (type !== RTM_NEWRULE || payload.length < HEADER) return undefined
  if (payload[0] !== AF_INET && payload[0] !== AF_INET6) return undefined
  const attributes = decodeAttributes(payload.subarray(HEADER))
  const table = asU32(attributes?.get(FRA_TABLE)) ?? payload[4]
  if (payload[7] !== FR_ACT_TO_TBL || table === undefined || attributes === undefined) {
    return undefined
  }
  const to = attributes.get(FRA_DST)
  const from = attributes.get(FRA_SRC)
  return {
    family: payload[0] === AF_INET ? 4 : 6,
    ...(from === undefined ? {} : { from: { address: from, prefixLength: payload[2] ?? 0 } }),
    ...(to === undefined ? {} : { to: { address: to, prefixLength: payload[1] ?? 0 } }),
    ...{ table, preference: asU32(attributes.get(FRA_PRIORITY)) ?? 0 },
    protocol: asU8(attributes.get(FRA_PROTOCOL)) ?? 0,
  }
}

function request(type: number, flags: number, rule: PolicyRule): NetlinkRequest {
  const { family, from, to, table, preference, protocol } = rule
  const header = ruleHeader([
    ...[family === 4 ? AF_INET : AF_INET6, to?.prefixLength ?? 0, from?.prefixLength ?? 0, 0],
    // A table above 255 is in its attribute alone.
    ...[table > 255 ? 0 : table, 0, 0, FR_ACT_TO_TBL],
  ])
  const attributes = [
    ...(to === undefined ? [] : [bytesOf(FRA_DST, to.address)]),
    ...(from === undefined ? [] : [bytesOf(FRA_SRC, from.address)]),
    ...[u32(FRA_PRIORITY, preference), u32(FRA_TABLE, table), u8(FRA_PROTOCOL, protocol)],
  ]
  return { type, flags, payload: concat(header, encodeAttributes(attributes)) }
}

/** struct fib_rule_hdr: family, lengths of destination and source, TOS, table, …, action. */
function ruleHeader(fields: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(HEADER)
  bytes.set(fields)
  return bytes
}
