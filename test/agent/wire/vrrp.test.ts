import test from 'ava'
import { parseIpv4 } from '../../../src/agent/wire/ipv4.ts'
import {
  type Advert,
  decodeAdvert,
  encodeAdvert,
  encodeAdvertFrame,
  VRRP_GROUP,
} from '../../../src/agent/wire/vrrp.ts'
import { fc } from '../../support/fast-check.ts'
import { readHex } from '../../support/hex-fixture.ts'

const address = (text: string) => parseIpv4(text) ?? 0
const source = address('192.0.2.251')
const golden: Advert = {
  vrid: 10,
  priority: 200,
  interval_cs: 100,
  addresses: [address('192.0.2.1'), address('192.0.2.2')],
}
const decode = (name: string, from = source) =>
  decodeAdvert(readHex(`vrrp/${name}.hex`), from, VRRP_GROUP)

test('an advertisement is encoded with the checksum of RFC 9568', t => {
  t.deepEqual(encodeAdvert(golden), readHex('vrrp/v3-prio200.hex'))
  t.deepEqual(encodeAdvert({ ...golden, priority: 0 }), readHex('vrrp/v3-prio0.hex'))
})

test('an advertisement with the pseudo-header checksum equals that of keepalived', t => {
  const pseudo = { source, destination: VRRP_GROUP }
  t.deepEqual(encodeAdvert(golden, pseudo), readHex('vrrp/v3-prio200-pseudo.hex'))
  t.deepEqual(encodeAdvert({ ...golden, priority: 0 }, pseudo), readHex('vrrp/v3-prio0-pseudo.hex'))
})

test('both checksum forms are accepted and told apart', t => {
  t.deepEqual(decode('v3-prio200'), { ...golden, form: 'message' })
  t.deepEqual(decode('v3-prio0'), { ...golden, priority: 0, form: 'message' })
  t.deepEqual(decode('v3-prio200-pseudo'), { ...golden, form: 'pseudo_header' })
  t.deepEqual(decode('v3-prio0-pseudo'), { ...golden, priority: 0, form: 'pseudo_header' })
})

test('the pseudo-header form is refused when it came from another address', t => {
  t.is(decode('v3-prio200-pseudo', address('192.0.2.252')), 'R5')
  t.deepEqual(decode('v3-prio200', address('192.0.2.252')), { ...golden, form: 'message' })
})

test('a trailer behind the addresses is tolerated', t => {
  const decoded = decode('v3-hmac-trailer', address('198.51.100.10'))
  t.like(decoded, { vrid: 51, priority: 200, addresses: [address('192.0.2.100')] })
})

for (const [rule, name] of [
  ['R1', 'reject-R1-short'],
  ['R1', 'reject-R1-count'],
  ['R2', 'reject-R2-version'],
  ['R3', 'reject-R3-type'],
  ['R5', 'reject-R5-checksum'],
  ['R7', 'reject-R7-no-address'],
  ['R8', 'reject-R8-interval'],
] as const) {
  test(`${rule} refuses ${name}.hex`, t => {
    t.is(decode(name), rule)
  })
}

test('R10: the reserved bits are ignored', t => {
  const message = Uint8Array.from(readHex('vrrp/v3-prio200.hex'))
  message[4] = 0xf0
  message[6] = 0x82 - 0xf0 + 0x100
  message[7] = 0x8a - 1
  // One's complement: 0xf000 more in the words is 0xf000 less in the checksum.
  t.deepEqual(decodeAdvert(message, source, VRRP_GROUP), { ...golden, form: 'message' })
})

test('a frame goes from the virtual MAC to the multicast group with TTL 255', t => {
  t.deepEqual(encodeAdvertFrame(golden, source), readHex('vrrp/frame-prio200.hex'))
})

const adverts = fc.record({
  vrid: fc.integer({ min: 1, max: 255 }),
  priority: fc.integer({ min: 0, max: 255 }),
  interval_cs: fc.integer({ min: 1, max: 4095 }),
  addresses: fc.array(fc.nat(0xffffffff), { minLength: 1, maxLength: 255 }),
})

test('what is encoded is decoded to the same, in both forms', t => {
  fc.assert(
    fc.property(adverts, fc.nat(0xffffffff), fc.boolean(), (advert, from, isPseudo) => {
      const pseudo = isPseudo ? { source: from, destination: VRRP_GROUP } : undefined
      const decoded = decodeAdvert(encodeAdvert(advert, pseudo), from, VRRP_GROUP)
      t.like(decoded, { ...advert })
    }),
  )
})

test('a changed bit is never taken for another advertisement', t => {
  fc.assert(
    fc.property(adverts, fc.nat(), (advert, place) => {
      const message = encodeAdvert(advert)
      const bit = place % (message.length * 8)
      message[bit >> 3] = (message[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      const decoded = decodeAdvert(message, source, VRRP_GROUP)
      t.true(typeof decoded === 'string')
    }),
  )
})

test('random bytes are refused by a rule and never throw', t => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 120 }), fc.boolean(), (bytes, isAdvert) => {
      if (isAdvert && bytes.length > 0) bytes[0] = 0x31
      const decoded = decodeAdvert(bytes, source, VRRP_GROUP)
      t.true(typeof decoded === 'string' ? /^R\d+$/.test(decoded) : decoded.addresses.length > 0)
    }),
  )
})
