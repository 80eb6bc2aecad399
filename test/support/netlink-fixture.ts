import { writeFileSync } from 'node:fs'
import type { NetlinkSocket } from '../../src/agent/kernel/talk.ts'
import { decodeMessages, type NetlinkMessage } from '../../src/agent/wire/netlink.ts'
import { decodeAttributeList } from '../../src/agent/wire/netlink-attributes.ts'
import { readHex } from './hex-fixture.ts'

/** What attributes are called, and which hold others; numbers as in the kernel's headers. */
interface Names {
  readonly [type: number]: string | readonly [name: string, inner: Names]
}

interface Shape {
  readonly command: string
  /** Bytes of the family's own header. */
  readonly header: number
  readonly names: Names
}

const link: Names = {
  1: 'IFLA_ADDRESS',
  3: 'IFLA_IFNAME',
  4: 'IFLA_MTU',
  5: 'IFLA_LINK',
  16: 'IFLA_OPERSTATE',
  18: ['IFLA_LINKINFO', { 1: 'KIND', 2: ['DATA', { 1: 'MACVLAN_MODE' }] }],
  39: 'IFLA_PROTO_DOWN',
  54: 'IFLA_PERM_ADDRESS',
}
const address: Names = {
  1: 'IFA_ADDRESS',
  2: 'IFA_LOCAL',
  4: 'IFA_BROADCAST',
  6: 'IFA_CACHEINFO',
  8: 'IFA_FLAGS',
  11: 'IFA_PROTO',
}
const route: Names = {
  1: 'RTA_DST',
  4: 'RTA_OIF',
  5: 'RTA_GATEWAY',
  7: 'RTA_PREFSRC',
  15: 'RTA_TABLE',
}
const rule: Names = {
  1: 'FRA_DST',
  2: 'FRA_SRC',
  6: 'FRA_PRIORITY',
  15: 'FRA_TABLE',
  21: 'FRA_PROTOCOL',
}
const chain: Names = {
  1: 'NFTA_CHAIN_TABLE',
  3: 'NFTA_CHAIN_NAME',
  4: ['NFTA_CHAIN_HOOK', { 1: 'HOOKNUM', 2: 'PRIORITY', 3: 'DEV', 4: ['DEVS', { 1: 'NAME' }] }],
  5: 'NFTA_CHAIN_POLICY',
  7: 'NFTA_CHAIN_TYPE',
  8: ['NFTA_CHAIN_COUNTERS', { 1: 'BYTES', 2: 'PACKETS' }],
}
const service: Names = {
  1: 'AF',
  2: 'PROTOCOL',
  3: 'ADDR',
  4: 'PORT',
  6: 'SCHED_NAME',
  7: 'FLAGS and their mask',
  8: 'TIMEOUT',
  9: 'NETMASK',
}
const destination: Names = {
  1: 'ADDR',
  2: 'PORT',
  3: 'FWD_METHOD',
  4: 'WEIGHT',
  5: 'U_THRESH',
  6: 'L_THRESH',
  7: 'ACTIVE_CONNS',
  8: 'INACT_CONNS',
}
const ipvs: Names = {
  1: ['IPVS_CMD_ATTR_SERVICE', service],
  2: ['IPVS_CMD_ATTR_DEST', destination],
}
const family: Names = { 1: 'CTRL_ATTR_FAMILY_ID', 2: 'CTRL_ATTR_FAMILY_NAME' }

const ROUTE: Readonly<Record<number, Shape>> = {
  16: { command: 'RTM_NEWLINK', header: 16, names: link },
  19: { command: 'RTM_SETLINK', header: 16, names: link },
  20: { command: 'RTM_NEWADDR', header: 8, names: address },
  21: { command: 'RTM_DELADDR', header: 8, names: address },
  22: { command: 'RTM_GETADDR', header: 8, names: address },
  24: { command: 'RTM_NEWROUTE', header: 12, names: route },
  26: { command: 'RTM_GETROUTE', header: 12, names: route },
  32: { command: 'RTM_NEWRULE', header: 12, names: rule },
}
const NETFILTER: Readonly<Record<number, Shape>> = {
  16: { command: 'NFNL_MSG_BATCH_BEGIN', header: 4, names: {} },
  17: { command: 'NFNL_MSG_BATCH_END', header: 4, names: {} },
  2560: { command: 'NFT_MSG_NEWTABLE', header: 4, names: { 1: 'NFTA_TABLE_NAME' } },
  2563: { command: 'NFT_MSG_NEWCHAIN', header: 4, names: chain },
}

/**
 * Compares a datagram of ours with the fixture of this name. With UPDATE_FIXTURES=1 the fixture is
 * written instead: read the difference before committing it.
 */
export function isAsFixture(name: string, kind: NetlinkSocket, datagram: Uint8Array): boolean {
  const path = new URL(`../fixtures/netlink/${name}.hex`, import.meta.url)
  if (process.env.UPDATE_FIXTURES === '1') {
    const head =
      '# What the agent sends. Written by the tests of the agent with UPDATE_FIXTURES=1.\n'
    writeFileSync(path, head + renderDatagram(kind, datagram))
  }
  return hex(readHex(`netlink/${name}.hex`)) === hex(datagram)
}

/** A datagram as commented hexadecimal, a field a line. */
export function renderDatagram(kind: NetlinkSocket, datagram: Uint8Array): string {
  const lines: string[] = []
  for (const message of decodeMessages(datagram)) {
    const shape = shapeOf(kind, message)
    const { payload, type, flags } = message
    lines.push(
      row(u32(payload.length + 16), 'length'),
      row(u16(type), `type ${shape.command}`),
      row(u16(flags), 'flags'),
      row(u32(message.sequence), 'sequence'),
      row(u32(message.port), 'port'),
      row(payload.subarray(0, shape.header), 'header of the family'),
      ...attributeRows(payload.subarray(shape.header), shape.names, ''),
    )
  }
  return `${lines.join('\n')}\n`
}

/** Attributes by type, those that hold others unfolded, whatever their order and padding. */
export function attributeTree(kind: NetlinkSocket, message: NetlinkMessage): object {
  const { header, names } = shapeOf(kind, message)
  return unfold(message.payload.subarray(header), names)
}

function unfold(bytes: Uint8Array, names: Names): object {
  return Object.fromEntries(
    (decodeAttributeList(bytes) ?? []).map(([type, value]) => {
      const name = names[type]
      const inner = typeof name === 'object' ? unfold(value, name[1]) : hex(value)
      return [typeof name === 'object' ? name[0] : (name ?? type), inner]
    }),
  )
}

function shapeOf(kind: NetlinkSocket, { type }: NetlinkMessage): Shape {
  if (type < 0x10)
    return { command: type === 3 ? 'NLMSG_DONE' : 'NLMSG_ERROR', header: 4, names: {} }
  const known = kind === 'route' ? ROUTE[type] : kind === 'netfilter' ? NETFILTER[type] : undefined
  if (kind !== 'generic') return known ?? { command: 'unknown', header: 4, names: {} }
  return type === 0x10
    ? { command: 'GENL_ID_CTRL', header: 4, names: family }
    : { command: 'IPVS', header: 4, names: ipvs }
}

function attributeRows(bytes: Uint8Array, names: Names, indent: string): readonly string[] {
  const list = decodeAttributeList(bytes)
  if (list === undefined) return bytes.length === 0 ? [] : [row(bytes, 'not attributes')]
  return list.flatMap(([type, value]) => {
    const name = names[type]
    const offset = value.byteOffset - bytes.byteOffset
    const head = bytes.subarray(offset - 4, offset)
    const padded = bytes.subarray(
      offset,
      Math.min(bytes.length, offset + ((value.length + 3) & ~3)),
    )
    if (typeof name !== 'object') return [row(concat(head, padded), `${indent}${name ?? type}`)]
    return [row(head, `${indent}${name[0]}`), ...attributeRows(padded, name[1], `${indent}  `)]
  })
}

const row = (bytes: Uint8Array, comment: string) =>
  `${(hex(bytes).match(/../g) ?? []).join(' ').padEnd(40)} # ${comment}`

const u16 = (value: number) => new Uint8Array(new Uint16Array([value]).buffer)
const u32 = (value: number) => new Uint8Array(new Uint32Array([value]).buffer)
const concat = (left: Uint8Array, right: Uint8Array) => new Uint8Array([...left, ...right])
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')
