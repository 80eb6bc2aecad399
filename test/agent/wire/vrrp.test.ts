import test from 'ava'
import { type Address, parseAddress } from '../../../src/agent/wire/address.ts'
import {
  type Advert,
  type DecodedAdvert,
  decodeAdvert,
  type Ends,
  encodeAdvert,
  readHead,
  VRRP_GROUP,
  VRRP_GROUP_6,
} from '../../../src/agent/wire/vrrp.ts'
import { encodeAdvertPacket, multicastFrame } from '../../../src/agent/wire/vrrp-packet.ts'
import { fc } from '../../support/fast-check.ts'
import { readHex } from '../../support/hex-fixture.ts'

const address = (text: string) => parseAddress(text) ?? 0
const ends: Ends = { source: address('192.0.2.251'), destination: VRRP_GROUP }
const ends6: Ends = { source: address('fe80::c8'), destination: VRRP_GROUP_6 }
const golden: Advert = {
  version: 3,
  vrid: 10,
  priority: 200,
  interval_cs: 100,
  addresses: [address('192.0.2.1'), address('192.0.2.2')],
}
const golden6: Advert = {
  ...golden,
  priority: 100,
  addresses: [address('fe80::1'), address('2001:db8::1')],
}

/** As the agent reads it: the head, then the rest. */
function read(message: Uint8Array, between: Ends = ends): DecodedAdvert | string {
  const head = readHead(message)
  if (typeof head === 'string') return head
  const { source, destination } = between
  const sum = [...wordsOf(source), ...wordsOf(destination)].reduce((left, right) => left + right)
  return decodeAdvert(message, head, { ...between, sum })
}
const wordsOf = (of: Address): readonly number[] =>
  typeof of === 'number'
    ? [of >>> 16, of & 0xffff]
    : Array.from({ length: 8 }, (_, at) => Number.parseInt(of.slice(4 * at, 4 * at + 4), 16))
const decode = (name: string, between?: Ends) => read(readHex(`vrrp/${name}.hex`), between)

// agent.md's packets, each both ways: what is encoded equals the bytes, the bytes decode to it.
for (const [name, advert, form, between] of [
  ['v2-prio200', { ...golden, version: 2 }, 'message', ends],
  ['v3-prio200', golden, 'message', ends],
  ['v3-prio0', { ...golden, priority: 0 }, 'message', ends],
  ['v3-prio200-pseudo', golden, 'pseudo_header', ends],
  ['v3-prio0-pseudo', { ...golden, priority: 0 }, 'pseudo_header', ends],
  ['v3-ipv6-prio100', golden6, 'pseudo_header', ends6],
] as const) {
  test(`${name}.hex is what we send, byte for byte, and what it is read as`, t => {
    t.deepEqual(encodeAdvert(advert, between, form), readHex(`vrrp/${name}.hex`))
    t.deepEqual(decode(name, between), { ...advert, form })
  })
}

test('the pseudo-header form is refused when it came from another address', t => {
  const other = { ...ends, source: address('192.0.2.252') }
  t.is(decode('v3-prio200-pseudo', other), 'R5')
  t.deepEqual(decode('v3-prio200', other), { ...golden, form: 'message' })
  t.is(decode('v3-ipv6-prio100', { ...ends6, source: address('fe80::c9') }), 'R5')
})

test('version 2 and IPv6 have but one form of the checksum', t => {
  for (const [advert, between] of [
    [{ ...golden, version: 2 as const }, ends],
    [golden6, ends6],
  ] as const) {
    t.deepEqual(
      encodeAdvert(advert, between, 'message'),
      encodeAdvert(advert, between, 'pseudo_header'),
    )
  }
})

test('a trailer behind the addresses is tolerated', t => {
  const decoded = decode('v3-hmac-trailer', { ...ends, source: address('198.51.100.10') })
  t.like(decoded, { vrid: 51, priority: 200, addresses: [address('192.0.2.100')] })
})

for (const [rule, name, between] of [
  ['R1', 'reject-R1-short', ends],
  ['R1', 'reject-R1-count', ends],
  ['R1', 'reject-R1-version-2', ends],
  ['R2', 'reject-R2-version', ends],
  ['R3', 'reject-R3-type', ends],
  ['R5', 'reject-R5-checksum', ends],
  ['R5', 'reject-R5-version-2', ends],
  ['R7', 'reject-R7-no-address', ends],
  ['R8', 'reject-R8-interval', ends],
  ['R9', 'reject-R9-not-link-local', ends6],
  ['R11', 'reject-R11-authentication', ends],
] as const) {
  test(`${rule} refuses ${name}.hex`, t => {
    t.is(decode(name, between), rule)
  })
}

test('R10: the reserved bits are ignored', t => {
  const message = Uint8Array.from(readHex('vrrp/v3-prio200.hex'))
  message[4] = 0xf0
  message[6] = 0x82 - 0xf0 + 0x100
  message[7] = 0x8a - 1
  // One's complement: 0xf000 more in the words is 0xf000 less in the checksum.
  t.deepEqual(read(message), { ...golden, form: 'message' })
})

test('a frame goes from the virtual MAC to the multicast group with TTL 255', t => {
  const packet = encodeAdvertPacket(golden, ends, 'message')
  t.deepEqual(multicastFrame(packet, 10, 4), readHex('vrrp/frame-prio200.hex'))
  const packet6 = encodeAdvertPacket(golden6, ends6, 'message')
  t.deepEqual(multicastFrame(packet6, 10, 6), readHex('vrrp/frame-ipv6-prio100.hex'))
})

const anyIpv4 = fc.nat(0xffffffff)
const anyIpv6 = fc
  .uint8Array({ minLength: 16, maxLength: 16 })
  .map(bytes => Buffer.from(bytes).toString('hex'))
const linkLocal = anyIpv6.map(digits => `fe80${digits.slice(4)}`)
const rest = {
  vrid: fc.integer({ min: 1, max: 255 }),
  priority: fc.integer({ min: 0, max: 255 }),
}
const adverts = fc.oneof(
  fc.record({
    ...rest,
    version: fc.constant(3 as const),
    interval_cs: fc.integer({ min: 1, max: 4095 }),
    addresses: fc.array(anyIpv4, { minLength: 1, maxLength: 255 }),
  }),
  fc.record({
    ...rest,
    version: fc.constant(2 as const),
    interval_cs: fc.integer({ min: 1, max: 255 }).map(seconds => seconds * 100),
    addresses: fc.array(anyIpv4, { minLength: 1, maxLength: 255 }),
  }),
  fc.record({
    ...rest,
    version: fc.constant(3 as const),
    interval_cs: fc.integer({ min: 1, max: 4095 }),
    addresses: fc
      .tuple(linkLocal, fc.array(anyIpv6, { maxLength: 89 }))
      .map(([first, more]) => [first, ...more]),
  }),
)
const endsFor = ({ addresses }: Advert, from: number): Ends =>
  typeof addresses[0] === 'string'
    ? { source: `fe80${from.toString(16).padStart(28, '0')}`, destination: VRRP_GROUP_6 }
    : { source: from, destination: VRRP_GROUP }

test('what is encoded is decoded to the same, in both forms', t => {
  fc.assert(
    fc.property(adverts, anyIpv4, fc.boolean(), (advert, from, isPseudo) => {
      const between = endsFor(advert, from)
      const form = isPseudo ? 'pseudo_header' : 'message'
      t.like(read(encodeAdvert(advert, between, form), between), { ...advert })
    }),
  )
})

test('a changed bit is never taken for another advertisement', t => {
  fc.assert(
    fc.property(adverts, fc.nat(), (advert, place) => {
      const between = endsFor(advert, 0xc00002fb)
      const message = encodeAdvert(advert, between, 'message')
      const bit = place % (message.length * 8)
      message[bit >> 3] = (message[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      t.is(typeof read(message, between), 'string')
    }),
  )
})

test('random bytes are refused by a rule and never throw', t => {
  const starts = [0x31, 0x21, undefined]
  const bytes = fc.uint8Array({ maxLength: 120 })
  fc.assert(
    fc.property(bytes, fc.constantFrom(...starts), fc.boolean(), (message, start, isIpv6) => {
      if (start !== undefined && message.length > 0) message[0] = start
      const decoded = read(message, isIpv6 ? ends6 : ends)
      t.true(typeof decoded === 'string' ? /^R\d+$/.test(decoded) : decoded.addresses.length > 0)
    }),
  )
})
