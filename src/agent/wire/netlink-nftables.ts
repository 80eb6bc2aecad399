// nf_tables over nfnetlink: include/uapi/linux/netfilter/{nfnetlink,nf_tables}.h. Only what one
// table of the family netdev needs: base chains at ingress, each on one device.
import {
  AF_UNSPEC,
  concat,
  type NetlinkMessage,
  type NetlinkRequest,
  NLM_F_CREATE,
  NLM_F_DUMP,
} from './netlink.ts'
import {
  type Attribute,
  asBe32,
  asBe64,
  asNest,
  asText,
  be32,
  decodeAttributes,
  encodeAttributes,
  nest,
  text,
  zero64,
} from './netlink-attributes.ts'

const NFNL_SUBSYS_NFTABLES = 10
const NFNL_MSG_BATCH_BEGIN = 0x10
const NFNL_MSG_BATCH_END = 0x11
const NFPROTO_INET = 1
const NFPROTO_NETDEV = 5

const NFT_MSG_NEWTABLE = 0
const NFT_MSG_DELTABLE = 2
const NFT_MSG_NEWCHAIN = 3
const NFT_MSG_GETCHAIN = 4

const NFTA_TABLE_NAME = 1
const NFTA_TABLE_FLAGS = 2
/** The table goes with the socket that made it. */
const NFT_TABLE_F_OWNER = 2
const NFTA_CHAIN_TABLE = 1
const NFTA_CHAIN_NAME = 3
const NFTA_CHAIN_HOOK = 4
const NFTA_CHAIN_POLICY = 5
const NFTA_CHAIN_TYPE = 7
const NFTA_CHAIN_COUNTERS = 8
const NFTA_HOOK_HOOKNUM = 1
const NFTA_HOOK_PRIORITY = 2
const NFTA_HOOK_DEV = 3
const NFTA_COUNTER_BYTES = 1
const NFTA_COUNTER_PACKETS = 2

const NF_NETDEV_INGRESS = 0
const NF_INET_LOCAL_IN = 1
const POLICY = { drop: 0, accept: 1 } as const
export type Policy = keyof typeof POLICY

/** A base chain at the ingress of one device. */
export interface IngressChain {
  readonly table: string
  readonly name: string
  /** Absent once the device is gone. */
  readonly device?: string
  readonly policy: Policy
  /** What reached the policy since the counters were last set to zero. */
  readonly frames: number
  readonly bytes: number
}

/** Changes of nf_tables take effect only as a batch: all of them or none. */
export function batch(requests: readonly NetlinkRequest[]): readonly NetlinkRequest[] {
  return [batchEdge(NFNL_MSG_BATCH_BEGIN), ...requests, batchEdge(NFNL_MSG_BATCH_END)]
}

/** Makes a table; one of this name that exists stays as it is. */
export const newTable = (name: string, family: TableFamily = 'netdev'): NetlinkRequest =>
  tablesRequest(NFT_MSG_NEWTABLE, NLM_F_CREATE, [text(NFTA_TABLE_NAME, name)], family)

export const deleteTable = (name: string, family: TableFamily = 'netdev'): NetlinkRequest =>
  tablesRequest(NFT_MSG_DELTABLE, 0, [text(NFTA_TABLE_NAME, name)], family)

/** Makes a chain that sees what is for this machine itself, of IPv4 and IPv6, and lets it on. */
export const newInputChain = (table: string, name: string, priority: number): NetlinkRequest =>
  tablesRequest(
    NFT_MSG_NEWCHAIN,
    NLM_F_CREATE,
    [
      text(NFTA_CHAIN_TABLE, table),
      text(NFTA_CHAIN_NAME, name),
      nest(
        NFTA_CHAIN_HOOK,
        be32(NFTA_HOOK_HOOKNUM, NF_INET_LOCAL_IN),
        be32(NFTA_HOOK_PRIORITY, priority),
      ),
      be32(NFTA_CHAIN_POLICY, POLICY.accept),
      text(NFTA_CHAIN_TYPE, 'filter'),
    ],
    'inet',
  )

/** Makes a chain that drops all that its device receives and counts it. */
export function newClosedChain(table: string, name: string, device: string): NetlinkRequest {
  return tablesRequest(NFT_MSG_NEWCHAIN, NLM_F_CREATE, [
    text(NFTA_CHAIN_TABLE, table),
    text(NFTA_CHAIN_NAME, name),
    nest(
      NFTA_CHAIN_HOOK,
      be32(NFTA_HOOK_HOOKNUM, NF_NETDEV_INGRESS),
      be32(NFTA_HOOK_PRIORITY, 0),
      text(NFTA_HOOK_DEV, device),
    ),
    be32(NFTA_CHAIN_POLICY, POLICY.drop),
    text(NFTA_CHAIN_TYPE, 'filter'),
    zeroCounters,
  ])
}

/** Makes a table that the kernel removes when the socket that asks for it is closed. */
export const newOwnedTable = (name: string): NetlinkRequest =>
  tablesRequest(NFT_MSG_NEWTABLE, NLM_F_CREATE, [
    text(NFTA_TABLE_NAME, name),
    be32(NFTA_TABLE_FLAGS, NFT_TABLE_F_OWNER),
  ])

/** Makes a chain of the device that comes before its closed chain and lets everything on. */
export const newEarlyChain = (
  table: string,
  name: string,
  device: string,
  priority = -10,
): NetlinkRequest =>
  tablesRequest(NFT_MSG_NEWCHAIN, NLM_F_CREATE, [
    text(NFTA_CHAIN_TABLE, table),
    text(NFTA_CHAIN_NAME, name),
    nest(
      NFTA_CHAIN_HOOK,
      be32(NFTA_HOOK_HOOKNUM, NF_NETDEV_INGRESS),
      be32(NFTA_HOOK_PRIORITY, priority),
      text(NFTA_HOOK_DEV, device),
    ),
    be32(NFTA_CHAIN_POLICY, POLICY.accept),
    text(NFTA_CHAIN_TYPE, 'filter'),
  ])

/** Changes a chain's policy; closing sets its counters to zero, so that they say what it drops. */
export function setPolicy(table: string, name: string, policy: Policy): NetlinkRequest {
  return tablesRequest(NFT_MSG_NEWCHAIN, 0, [
    text(NFTA_CHAIN_TABLE, table),
    text(NFTA_CHAIN_NAME, name),
    be32(NFTA_CHAIN_POLICY, POLICY[policy]),
    ...(policy === 'drop' ? [zeroCounters] : []),
  ])
}

export const getChain = (table: string, name: string): NetlinkRequest =>
  tablesRequest(NFT_MSG_GETCHAIN, 0, [text(NFTA_CHAIN_TABLE, table), text(NFTA_CHAIN_NAME, name)])

/** Asks for the chains of every table of the family. */
export const dumpChains = (): NetlinkRequest => tablesRequest(NFT_MSG_GETCHAIN, NLM_F_DUMP, [])

/** Undefined: no base chain of the family netdev, or malformed. */
export function decodeIngressChain(message: NetlinkMessage): IngressChain | undefined {
  const { type, payload } = message
  if (type !== messageType(NFT_MSG_NEWCHAIN) || payload.length < 4) return undefined
  if (payload[0] !== NFPROTO_NETDEV) return undefined
  const attributes = decodeAttributes(payload.subarray(4))
  const table = asText(attributes?.get(NFTA_CHAIN_TABLE))
  const name = asText(attributes?.get(NFTA_CHAIN_NAME))
  const policy = asBe32(attributes?.get(NFTA_CHAIN_POLICY))
  const device = asText(asNest(attributes?.get(NFTA_CHAIN_HOOK))?.get(NFTA_HOOK_DEV))
  const counters = asNest(attributes?.get(NFTA_CHAIN_COUNTERS))
  if (table === undefined || name === undefined) return undefined
  if (policy !== POLICY.drop && policy !== POLICY.accept) return undefined
  return {
    table,
    name,
    ...(device === undefined ? {} : { device }),
    policy: policy === POLICY.drop ? 'drop' : 'accept',
    frames: asBe64(counters?.get(NFTA_COUNTER_PACKETS)) ?? 0,
    bytes: asBe64(counters?.get(NFTA_COUNTER_BYTES)) ?? 0,
  }
}

const zeroCounters: Attribute = nest(
  NFTA_CHAIN_COUNTERS,
  zero64(NFTA_COUNTER_BYTES),
  zero64(NFTA_COUNTER_PACKETS),
)

const messageType = (message: number): number => (NFNL_SUBSYS_NFTABLES << 8) | message

/** What a table's chains hook into: a device's ingress, or the IP layers. */
export type TableFamily = 'netdev' | 'inet'
const FAMILIES = { netdev: NFPROTO_NETDEV, inet: NFPROTO_INET } as const

/** struct nfgenmsg of the family, and attributes. */
export function tablesRequest(
  message: number,
  flags: number,
  attributes: readonly Attribute[],
  family: TableFamily = 'netdev',
): NetlinkRequest {
  return {
    type: messageType(message),
    flags,
    payload: concat(new Uint8Array([FAMILIES[family], 0, 0, 0]), encodeAttributes(attributes)),
  }
}

/** The batch names its subsystem in res_id, big endian. */
const batchEdge = (type: number): NetlinkRequest => ({
  type,
  flags: 0,
  payload: new Uint8Array([AF_UNSPEC, 0, 0, NFNL_SUBSYS_NFTABLES]),
})
