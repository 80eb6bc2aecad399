/**
 * A socket filter in the classic language (linux/filter.h), so that a busy segment costs the agent
 * nothing: it passes ARP packets and neighbour advertisements whose sender has one of our VIPs.
 *
 * It may pass more than it must (the core looks again), never less. Addresses are compared as
 * ranges of their low 32 bits; from a virtual MAC of ours only some VIPs pass.
 */

import { type Address, type Family, familyOf } from './address.ts'

export interface FilterOptions {
  readonly addresses: readonly Address[]
  /** VRIDs whose virtual MAC is ours, and the VIPs that pass from there. */
  readonly vrids: readonly number[]
  readonly asked: readonly Address[]
}

/** More than this become one with their neighbours; each takes four of at most 4,096 steps. */
const RANGES_MAX = 480
/** sizeof(struct sock_filter) */
const STEP_BYTES = 8

// BPF_LD|BPF_W|BPF_ABS and so on, linux/bpf_common.h.
const LOAD_WORD = 0x20
const LOAD_HALF = 0x28
const JUMP = 0x05
const IF_EQUAL = 0x15
const IF_ABOVE = 0x25
const IF_AT_LEAST = 0x35
const RETURN = 0x06
const WHOLE = 0xffff

/** Where the kernel has the two things that are looked at; the packet begins behind its header. */
const PLACES = {
  4: { mac: 8, address: 14, kind: 1 }, // RFC 826, behind the Ethernet header
  6: { mac: 26, address: 20, kind: 2 }, // RFC 4861 4.4 with its option, behind the IPv6 header
} as const

interface Step {
  readonly code: number
  /** Steps to leave out, if it is so and if it is not. */
  readonly yes: number
  readonly no: number
  readonly value: number
}

type Range = readonly [number, number]

/** The filter of one family as the bytes of struct sock_filter, in the order of x86. */
export function neighbourFilter(family: Family, options: FilterOptions): Uint8Array {
  const { mac, address, kind } = PLACES[family]
  const lows = (list: readonly Address[]) =>
    rangesOf(list.filter(each => familyOf(each) === family).map(lowWord))
  const load = { code: LOAD_WORD, yes: 0, no: 0, value: address }
  const all = [load, ...oneOf(lows(options.addresses))]
  const asked = [load, ...oneOf(lows(options.asked))]
  const macs = rangesOf(options.vrids.map(vrid => (kind << 8) | vrid))
  // 00:00:5e:00:KIND:VRID, RFC 9568 section 7.3.
  const virtual = inRanges(macs, 0, asked.length)
  return encode([
    { code: LOAD_WORD, yes: 0, no: 0, value: mac },
    { code: IF_EQUAL, yes: 1, no: 0, value: 0x0000_5e00 },
    { code: JUMP, yes: 0, no: 0, value: 1 + virtual.length + asked.length },
    { code: LOAD_HALF, yes: 0, no: 0, value: mac + 4 },
    ...virtual,
    ...asked,
    ...all,
  ])
}

const lowWord = (address: Address) =>
  typeof address === 'number' ? address : Number.parseInt(address.slice(24), 16)

// Passes what is in a range, and drops the rest: nothing comes behind it.
const oneOf = (ranges: readonly Range[]): readonly Step[] => [
  ...inRanges(ranges, 0, 1),
  { code: RETURN, yes: 0, no: 0, value: WHOLE },
  { code: RETURN, yes: 0, no: 0, value: 0 },
]

/**
 * Goes on behind its last step, `hit` steps later for what is in a range and `miss` steps for what
 * is not. The ranges rise, so that what is below one is in none.
 */
function inRanges(ranges: readonly Range[], hit: number, miss: number): readonly Step[] {
  const length = 4 * ranges.length + 1
  const steps: Step[] = []
  for (const [low, high] of ranges) {
    const next = () => length - (steps.length + 1)
    steps.push({ code: IF_AT_LEAST, yes: 1, no: 0, value: low })
    steps.push({ code: JUMP, yes: 0, no: 0, value: next() + miss })
    steps.push({ code: IF_ABOVE, yes: 1, no: 0, value: high })
    steps.push({ code: JUMP, yes: 0, no: 0, value: next() + hit })
  }
  return [...steps, { code: JUMP, yes: 0, no: 0, value: miss }]
}

/** Numbers as ranges that rise; those with the smallest gaps between them are joined. */
function rangesOf(numbers: readonly number[]): readonly Range[] {
  const sorted = [...new Set(numbers)].sort((left, right) => left - right)
  const gaps = sorted.slice(1).map((high, at) => high - (sorted[at] ?? high))
  const wide = [...gaps].sort((left, right) => right - left)
  const joined = Math.max(1, wide[RANGES_MAX - 1] ?? 1)
  const ranges: [number, number][] = []
  for (const number of sorted) {
    const last = ranges.at(-1)
    if (last !== undefined && number - last[1] <= joined) last[1] = number
    else ranges.push([number, number])
  }
  return ranges
}

function encode(steps: readonly Step[]): Uint8Array {
  const bytes = new Uint8Array(STEP_BYTES * steps.length)
  const view = new DataView(bytes.buffer)
  steps.forEach(({ code, yes, no, value }, index) => {
    const at = STEP_BYTES * index
    view.setUint16(at, code, true)
    view.setUint8(at + 2, yes)
    view.setUint8(at + 3, no)
    view.setUint32(at + 4, value, true)
  })
  return bytes
}
