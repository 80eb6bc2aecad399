import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readHex } from '../support/hex-fixture.ts'

const HOST_TYPES = join(import.meta.dirname, '../../src/agent/shell/host.d.ts')
const FIXTURES = join(import.meta.dirname, '../fixtures')

/** The first byte of an input of calls, and of the others. */
const CALLS = [0]
const SUPERVISOR = [0xff]
/** One of the allocator: blocks and the sizes that they get. */
const MEMORY = [0xfe]
/** A descriptor to work on, number 0: `signals` makes two system calls, and both succeed. */
const A_DESCRIPTOR = [...hashOf('signals'), 0, 0]
const ANSWERS = Array.from({ length: 12 }, () => 0)

interface Call {
  readonly name: string
  readonly types: readonly string[]
}

/**
 * Inputs for the fuzzer to begin with, by name: each call of host.d.ts as it is meant, each golden
 * packet as what the kernel gives and as what is sent, and what a supervisor finds.
 */
export function seeds(): ReadonlyMap<string, Uint8Array> {
  const found = new Map<string, Uint8Array>()
  const put = (name: string, ...parts: readonly (readonly number[] | Uint8Array)[]) =>
    found.set(name, new Uint8Array(parts.flatMap(part => [...part])))
  for (const call of hostCalls()) {
    put(call.name, CALLS, A_DESCRIPTOR, meant(call), ANSWERS)
    put(`${call.name}-refused`, CALLS, A_DESCRIPTOR, meant(call), [0, 0xc4, 0xc5])
  }
  for (const [name, packet] of packets()) {
    const array = arrayOf(packet.length + 40)
    for (const receive of ['recv', 'recvIpv6', 'read']) {
      const answer = receive === 'recvIpv6' ? [0, ...zeros(28), 2, 0, ...zeros(4), 1] : [0]
      const call = [...hashOf(receive), ...DESCRIPTOR, ...array, ...zeros(packet.length + 40)]
      put(`${receive}-${name}`, CALLS, A_DESCRIPTOR, call, answer, u16(packet.length), packet)
    }
    for (const give of ['send', 'guard', 'write']) {
      const call = [...hashOf(give), ...DESCRIPTOR, ...arrayOf(packet.length), ...packet]
      put(`${give}-${name}`, CALLS, A_DESCRIPTOR, call, ANSWERS)
    }
  }
  put('memory', MEMORY, [0, 16, 0, 1, 16, 1, 0, 17, 0, 1, 200, 0, 0, 0, 0, 2, 80, 2])
  put('supervisor', SUPERVISOR, ANSWERS, [1, 1], zeros(24), [3, 0, 0, 0, 9, 0, 0, 0, 64, 0, 0, 0])
  return found
}

/** The calls of host.d.ts, which has a line for each. */
export function hostCalls(): readonly Call[] {
  const lines = readFileSync(HOST_TYPES, 'utf8').matchAll(/^ {2}(\w+)\((.*)\): /gm)
  return [...lines].map(([, name = '', list = '']) => ({
    name,
    types: list === '' ? [] : list.split(', ').map(each => each.replace(/^\w+: /, '')),
  }))
}

const DESCRIPTOR = [5, 0]
const zeros = (count: number): number[] => Array.from({ length: count }, () => 0)
const arrayOf = (length: number) => [0, ...u16(length)]

/** A call with arguments of the right types; the kinds are those of host-calls.c. */
const meant = ({ name, types }: Call): readonly number[] => [
  ...hashOf(name),
  ...types.flatMap(type => argumentOf(type, name)),
]

function argumentOf(type: string, name: string): readonly number[] {
  const text = [...Buffer.from('/dev/front')]
  switch (type) {
    case 'string':
      return [6, text.length, ...text]
    case 'Uint8Array':
      return [...arrayOf(name === 'udpSocket' ? 4 : 64), ...zeros(name === 'udpSocket' ? 4 : 64)]
    case 'Int32Array':
    case 'Uint32Array':
      return [type === 'Int32Array' ? 3 : 4, 64, ...zeros(64)]
    case 'Fd':
      return DESCRIPTOR
    default:
      return [9, name === 'serialOpen' ? 110 : 1]
  }
}

function packets(): readonly (readonly [string, Uint8Array])[] {
  const folders = ['vrrp', 'netlink']
  return folders.flatMap(folder =>
    readdirSync(join(FIXTURES, folder))
      .filter(name => name.endsWith('.hex'))
      .map(name => [name.replace(/\.hex$/, ''), readHex(`${folder}/${name}`)] as const),
  )
}

/** FNV-1a in 16 bits, as in host-calls.c. */
function hashOf(name: string): readonly number[] {
  let hash = 0x811c9dc5
  for (const byte of Buffer.from(name)) hash = Math.imul(hash ^ byte, 0x01000193)
  return u16((hash ^ (hash >>> 16)) & 0xffff)
}

function u16(value: number): readonly number[] {
  return [value & 0xff, value >> 8]
}
