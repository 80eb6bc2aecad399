/** What the BEATs of DHB/1 carry: type, length, value; a type that is not known is passed over. */

import { readU8, readU16, readU32, writeU16, writeU32 } from './bytes.ts'
import { ROLES, type WireRole } from './heartbeat.ts'

const NODE = 0x01
const PATHS = 0x02
const GROUP = 0x03

const NODE_BYTES = 8
const GROUP_BYTES = 7

export interface Beat {
  readonly node: NodeReport
  /** In the order of the sender's config. */
  readonly paths: readonly PathReport[]
  readonly groups: readonly GroupReport[]
}

export interface NodeReport {
  readonly isStopping: boolean
  /** The first four bytes of the digest of what both nodes must agree on. */
  readonly digest: number
  /** The longest that the loop was late lately, in units of 10 ms, at most 255. */
  readonly late: number
  /** Connectivity groups that are up, of how many. */
  readonly reach: number
  readonly reach_of: number
}

/** What the sender last heard on a path. */
export interface PathReport {
  /** The low byte of the last sequence number. */
  readonly seq: number
  /** How long ago, as `encodeAge` has it. */
  readonly age: number
}

export interface GroupReport {
  readonly index: number
  readonly role: WireRole
  /** Its VIPs were seen closed. */
  readonly isClosed: boolean
  /** Nothing but the other's role is between it and being active. */
  readonly canTake: boolean
  /** It asks to become active, for this cause. */
  readonly claims: boolean
  /** It lets the other become active in this term, and will not by itself. */
  readonly grants: boolean
  /** It asks the other to claim. */
  readonly offers: boolean
  readonly isInhibited: boolean
  readonly cause: number
  readonly term: number
  readonly priority: number
  /** How long ago it heard an advert of the other, as `encodeAge` has it. */
  readonly advert_age: number
}

/** Why a group wants to be active; the number is in the frames. */
export const CAUSES = {
  ownerless: 1,
  offered: 2,
  failback: 3,
  operator: 4,
  reach: 5,
} as const
export type Cause = keyof typeof CAUSES

/** A time in milliseconds as one byte: exact up to 127, then in steps of 32 up to 4,192. */
export const encodeAge = (age_ms: number) =>
  age_ms < 128 ? age_ms : Math.min(128 + Math.floor((age_ms - 128) / 32), 255)
/** At least this many milliseconds. */
export const decodeAge = (age: number) => (age < 128 ? age : 128 + (age - 128) * 32)
export const AGE_MAX = 255

/** Writes what a BEAT says of the node, first of all. @returns where it ends */
export function writeNode(into: Uint8Array, at: number, node: NodeReport): number {
  into[at] = NODE
  into[at + 1] = NODE_BYTES
  into[at + 2] = node.isStopping ? 1 : 0
  writeU32(into, at + 3, node.digest)
  into[at + 7] = node.late
  into[at + 8] = node.reach
  into[at + 9] = node.reach_of
  return at + 2 + NODE_BYTES
}

/** Writes that so many paths follow, by `writePath` each. @returns where it ends */
export function writePathCount(into: Uint8Array, at: number, count: number): number {
  into[at] = PATHS
  into[at + 1] = 2 * count
  return at + 2
}

/** @returns where it ends */
export function writePath(into: Uint8Array, at: number, path: PathReport): number {
  into[at] = path.seq
  into[at + 1] = path.age
  return at + 2
}

/** Writes what a BEAT says of a group, after the paths. @returns where it ends */
export function writeGroup(into: Uint8Array, at: number, group: GroupReport): number {
  into[at] = GROUP
  into[at + 1] = GROUP_BYTES
  into[at + 2] = group.index
  into[at + 3] =
    ROLES.indexOf(group.role) |
    (group.isClosed ? 0x04 : 0) |
    (group.canTake ? 0x08 : 0) |
    (group.claims ? 0x10 : 0) |
    (group.grants ? 0x20 : 0) |
    (group.offers ? 0x40 : 0) |
    (group.isInhibited ? 0x80 : 0)
  into[at + 4] = group.cause
  writeU16(into, at + 5, group.term)
  into[at + 7] = group.priority
  into[at + 8] = group.advert_age
  return at + 2 + GROUP_BYTES
}

/**
 * The body of a BEAT, from `from` on and before `end`.
 *
 * @returns undefined for one that is not written as it must be
 */
export function decodeBeat(body: Uint8Array, from = 0, end = body.length): Beat | undefined {
  let node: NodeReport | undefined
  const paths: PathReport[] = []
  const groups: GroupReport[] = []
  for (let at = from; at < end; ) {
    const length = readU8(body, at + 1)
    const value = at + 2
    if (value + length > end) return undefined
    switch (readU8(body, at)) {
      case NODE:
        if (length < NODE_BYTES) return undefined
        node = decodeNode(body, value)
        break
      case PATHS:
        for (let next = value; next + 1 < value + length; next += 2) {
          paths.push({ seq: readU8(body, next), age: readU8(body, next + 1) })
        }
        break
      case GROUP:
        if (length < GROUP_BYTES) return undefined
        groups.push(decodeGroup(body, value))
        break
      default:
        break
    }
    at = value + length
  }
  return node === undefined ? undefined : { node, paths, groups }
}

const decodeNode = (body: Uint8Array, at: number): NodeReport => ({
  isStopping: (readU8(body, at) & 1) !== 0,
  digest: readU32(body, at + 1),
  late: readU8(body, at + 5),
  reach: readU8(body, at + 6),
  reach_of: readU8(body, at + 7),
})

function decodeGroup(body: Uint8Array, at: number): GroupReport {
  const state = readU8(body, at + 1)
  return {
    index: readU8(body, at),
    role: ROLES[state & 3] as WireRole,
    isClosed: (state & 0x04) !== 0,
    canTake: (state & 0x08) !== 0,
    claims: (state & 0x10) !== 0,
    grants: (state & 0x20) !== 0,
    offers: (state & 0x40) !== 0,
    isInhibited: (state & 0x80) !== 0,
    cause: readU8(body, at + 2),
    term: readU16(body, at + 3),
    priority: readU8(body, at + 5),
    advert_age: readU8(body, at + 6),
  }
}
