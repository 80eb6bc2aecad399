import test from 'ava'
import { virtualMac } from '../../../src/agent/wire/ethernet.ts'
import { parseIpv6 } from '../../../src/agent/wire/ipv6.ts'
import { decodeNeighbour, encodeUnsolicitedNeighbour } from '../../../src/agent/wire/neighbour.ts'
import { fc } from '../../support/fast-check.ts'
import { readHex } from '../../support/hex-fixture.ts'

const golden = readHex('vrrp/na-2001-db8-100.hex')
const vip = parseIpv6('2001:db8::100') ?? ''

test('an unsolicited neighbour advertisement is the golden frame, and is read as it', t => {
  t.deepEqual(encodeUnsolicitedNeighbour(virtualMac(10, 6), vip), golden)
  t.deepEqual(decodeNeighbour(golden), {
    target: vip,
    mac: '00:00:5e:00:02:0a',
    isRouter: true,
    isSolicited: false,
    isOverriding: true,
  })
})

test('what is damaged, forwarded or something else is no neighbour advertisement', t => {
  for (const [offset, value] of [
    [13, 0x00], // not IPv6
    [20, 59], // not ICMPv6
    [21, 254], // it came through a router
    [54, 135], // a solicitation
    [57, 0], // checksum
  ] as const) {
    const frame = Uint8Array.from(golden)
    frame[offset] = value
    t.is(decodeNeighbour(frame), undefined)
  }
  t.is(decodeNeighbour(golden.subarray(0, 60)), undefined)
})

test('random bytes never throw', t => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), bytes => {
      const frame = Uint8Array.from(golden)
      frame.set(bytes.subarray(0, golden.length - 14), 14)
      decodeNeighbour(frame)
      decodeNeighbour(bytes)
      t.pass()
    }),
  )
})
