import test from 'ava'
import { decodeIpv4, formatIpv4, parseIpv4, writeIpv4 } from '../../../src/agent/wire/ipv4.ts'
import { fc } from '../../support/fast-check.ts'
import { readHex } from '../../support/hex-fixture.ts'

const packet = () => readHex('vrrp/frame-prio200.hex').slice(14)

test('an address is read and written as four decimal numbers', t => {
  t.is(parseIpv4('192.0.2.251'), 0xc00002fb)
  t.is(formatIpv4(0xc00002fb), '192.0.2.251')
})

test('what is not an address is refused', t => {
  for (const text of [
    '',
    '1.2.3',
    '1.2.3.4.5',
    '1.2.3.256',
    '1.2.3.04',
    '1.2.3.x',
    '1..2.3',
    ' 1.2.3.4',
  ]) {
    t.is(parseIpv4(text), undefined, text)
  }
})

test('every address survives being written and read', t => {
  fc.assert(fc.property(fc.nat(0xffffffff), value => t.is(parseIpv4(formatIpv4(value)), value)))
})

test('a packet is read without its header', t => {
  t.deepEqual(decodeIpv4(packet()), {
    source: 0xc00002fb,
    destination: 0xe0000012,
    ttl: 255,
    protocol: 112,
    sum: 0xc000 + 0x02fb + 0xe000 + 0x0012,
    payload: readHex('vrrp/v3-prio200.hex'),
  })
})

test('R16: options are stepped over', t => {
  const plain = packet()
  const withOptions = new Uint8Array(plain.length + 8)
  withOptions.set(plain.subarray(0, 20))
  withOptions.set([0x94, 4, 0, 0, 1, 1, 1, 0], 20) // router alert, padding
  withOptions.set(plain.subarray(20), 28)
  withOptions[0] = 0x47
  withOptions[3] = withOptions.length
  t.like(decodeIpv4(withOptions), { payload: readHex('vrrp/v3-prio200.hex') })
})

test('R16 refuses another version and a header that cannot be', t => {
  t.is(decodeIpv4(Uint8Array.from(packet()).fill(0x65, 0, 1)), 'R16')
  t.is(decodeIpv4(Uint8Array.from(packet()).fill(0x44, 0, 1)), 'R16')
  t.is(decodeIpv4(Uint8Array.from(packet()).fill(0x4f, 0, 1)), 'R16')
})

test('R1 refuses a packet shorter than it says, and drops what the link has padded', t => {
  t.is(decodeIpv4(packet().subarray(0, 35)), 'R1')
  t.is(decodeIpv4(packet().subarray(0, 12)), 'R1')
  const padded = new Uint8Array(46)
  padded.set(packet())
  t.like(decodeIpv4(padded), { payload: readHex('vrrp/v3-prio200.hex') })
})

test('a header is written with its checksum', t => {
  const bytes = new Uint8Array(36)
  writeIpv4(bytes, 0, {
    source: 0xc00002fb,
    destination: 0xe0000012,
    ttl: 255,
    protocol: 112,
    payload_length: 16,
  })
  t.deepEqual(bytes.subarray(0, 20), packet().subarray(0, 20))
})

test('random bytes never throw', t => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), bytes => {
      const decoded = decodeIpv4(bytes)
      t.true(typeof decoded === 'string' || decoded.payload.length <= bytes.length)
    }),
  )
})
