import test from 'ava'
import { decodeArp, encodeGratuitousArp } from '../../../src/agent/wire/arp.ts'
import { virtualMac } from '../../../src/agent/wire/ethernet.ts'
import { fc } from '../../support/fast-check.ts'
import { readHex } from '../../support/hex-fixture.ts'

test('a gratuitous ARP names the VIP and the virtual MAC as sender and as target', t => {
  t.deepEqual(encodeGratuitousArp(virtualMac(10), 0xc0000264), readHex('vrrp/garp-192.0.2.100.hex'))
  t.deepEqual(decodeArp(readHex('vrrp/garp-192.0.2.100.hex')), {
    operation: 'request',
    sender_mac: '00:00:5e:00:01:0a',
    sender: 0xc0000264,
    target_mac: '00:00:5e:00:01:0a',
    target: 0xc0000264,
  })
})

test('what is announced is read back', t => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 255 }), fc.nat(0xffffffff), (vrid, address) => {
      const arp = decodeArp(encodeGratuitousArp(virtualMac(vrid), address))
      t.like(arp, { sender: address, target: address, operation: 'request' })
    }),
  )
})

test('a frame that is not ARP for IPv4 over Ethernet is nothing', t => {
  const good = readHex('vrrp/garp-192.0.2.100.hex')
  for (const [place, value] of [
    [12, 0x86],
    [15, 6],
    [16, 0x86],
    [18, 8],
    [21, 3],
  ] as const) {
    const frame = Uint8Array.from(good)
    frame[place] = value
    t.is(decodeArp(frame), undefined, `byte ${place}`)
  }
  t.is(decodeArp(good.subarray(0, 41)), undefined)
})

test('random bytes never throw', t => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), bytes => {
      bytes.set([0x08, 0x06].slice(0, Math.max(0, bytes.length - 12)), Math.min(12, bytes.length))
      const arp = decodeArp(bytes)
      t.true(arp === undefined || arp.sender >= 0)
    }),
  )
})
