import test from 'ava'
import fc from 'fast-check'
import type { Address } from '../../../src/agent/wire/address.ts'
import { encodeArpProbe, encodeGratuitousArp } from '../../../src/agent/wire/arp.ts'
import { readU16, readU32 } from '../../../src/agent/wire/bytes.ts'
import { parseMac, virtualMac } from '../../../src/agent/wire/ethernet.ts'
import { parseIpv6 } from '../../../src/agent/wire/ipv6.ts'
import { encodeUnsolicitedNeighbour } from '../../../src/agent/wire/neighbour.ts'
import { type FilterOptions, neighbourFilter } from '../../../src/agent/wire/neighbour-filter.ts'

/** BPF_MAXINSNS, linux/bpf_common.h. */
const STEPS_MAX = 4_096
const STRANGER = parseMac('52:54:00:00:00:99') ?? []

/** Runs a program as the kernel does, linux/filter.h: how many bytes of the packet pass. */
function run(program: Uint8Array, packet: Uint8Array): number {
  const view = new DataView(program.buffer)
  let value = 0
  for (let step = 0; ; step += 1) {
    const at = 8 * step
    const code = view.getUint16(at, true)
    const k = view.getUint32(at + 4, true)
    const [yes, no] = [view.getUint8(at + 2), view.getUint8(at + 3)]
    if (code === 0x06) return k
    const width = code === 0x20 ? 4 : code === 0x28 ? 2 : 0
    // A packet that is too short for a load is dropped.
    if (width > 0 && k + width > packet.length) return 0
    if (code === 0x20) value = readU32(packet, k)
    else if (code === 0x28) value = readU16(packet, k)
    else if (code === 0x05) step += k
    else if (code === 0x15) step += value === k ? yes : no
    else if (code === 0x25) step += value > k ? yes : no
    else if (code === 0x35) step += value >= k ? yes : no
    else throw new Error(`no such step: ${code}`)
  }
}

const passes = (options: FilterOptions, frame: Uint8Array, family: 4 | 6 = 4): boolean =>
  run(neighbourFilter(family, options), frame.subarray(family === 4 ? 14 : 54)) > 0

const first = 0xc0000264
const vips: FilterOptions = { addresses: [first, first + 5], vrids: [10, 20], asked: [first] }

test('ARP of strangers with a VIP passes, all other ARP does not', t => {
  t.true(passes(vips, encodeGratuitousArp(STRANGER, first)))
  t.true(passes(vips, encodeGratuitousArp(STRANGER, first + 5)))
  for (const other of [first - 1, first + 1, first + 4, first + 6, 0, 0xffffffff]) {
    t.false(passes(vips, encodeGratuitousArp(STRANGER, other)), `${other}`)
  }
  t.false(passes(vips, encodeArpProbe(STRANGER, first)), 'a question is no claim')
  t.false(passes(vips, encodeGratuitousArp(STRANGER, first).subarray(0, 30)), 'cut short')
})

test('from a virtual MAC of ours only the VIP passes that is asked for', t => {
  for (const vrid of [10, 20]) {
    t.true(passes(vips, encodeGratuitousArp(virtualMac(vrid), first)))
    t.false(passes(vips, encodeGratuitousArp(virtualMac(vrid), first + 5)))
  }
  t.true(passes(vips, encodeGratuitousArp(virtualMac(11), first + 5)), 'another router')
  t.true(passes(vips, encodeGratuitousArp(virtualMac(10, 6), first + 5)), 'of the other family')
  const own: FilterOptions = { ...vips, vrids: [] }
  t.true(passes(own, encodeGratuitousArp(virtualMac(10), first + 5)), 'no virtual MAC is ours')
})

test('neighbour advertisements pass by the same rules', t => {
  const [one, two] = [parseIpv6('fe80::100') ?? '', parseIpv6('2001:db8::1:100') ?? '']
  const options: FilterOptions = { addresses: [one, two, first], vrids: [10], asked: [one] }
  t.true(passes(options, encodeUnsolicitedNeighbour(STRANGER, one), 6))
  t.true(passes(options, encodeUnsolicitedNeighbour(STRANGER, two), 6))
  t.false(passes(options, encodeUnsolicitedNeighbour(STRANGER, parseIpv6('fe80::101') ?? ''), 6))
  t.true(passes(options, encodeUnsolicitedNeighbour(virtualMac(10, 6), one), 6))
  t.false(passes(options, encodeUnsolicitedNeighbour(virtualMac(10, 6), two), 6))
  const bare = encodeUnsolicitedNeighbour(STRANGER, one).subarray(0, 54 + 24)
  t.false(passes(options, bare, 6), 'without a MAC address it says nothing')
})

test('each VIP passes however many there are, and the program is never too long', t => {
  const address = fc.integer({ min: 0, max: 0xffffffff })
  const list = fc.array(address, { minLength: 1, maxLength: 3_000 })
  const vrids = fc.uniqueArray(fc.integer({ min: 1, max: 255 }), { maxLength: 255 })
  fc.assert(
    fc.property(list, vrids, address, (addresses, some, other) => {
      const asked: Address[] = addresses.slice(0, 255)
      const options: FilterOptions = { addresses, vrids: some, asked }
      const program = neighbourFilter(4, options)
      const isIn = (sender: number, mac: readonly number[]) =>
        run(program, encodeGratuitousArp(mac, sender).subarray(14)) > 0
      if (program.length > 8 * STEPS_MAX) return false
      if (!addresses.every(each => isIn(each, STRANGER))) return false
      const known = addresses.length > 480 || addresses.includes(other)
      if (!known && isIn(other, STRANGER)) return false
      const [vrid] = some
      const last = addresses.at(-1) ?? 0
      return vrid === undefined || isIn(last, virtualMac(vrid)) === asked.includes(last)
    }),
    { numRuns: 40 },
  )
  t.pass()
})

test('four thousand VIPs in a row are one range', t => {
  const addresses = Array.from({ length: 4_000 }, (_, index) => 0x0a000000 + index)
  t.true(neighbourFilter(4, { addresses, vrids: [1], asked: [0x0a000000] }).length < 8 * 40)
})
