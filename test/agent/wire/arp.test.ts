import test from 'ava'
import {
  arpProbed,
  arpSender,
  decodeArpPacket,
  encodeArpProbe,
  encodeGratuitousArp,
} from '../../../src/agent/wire/arp.ts'
import { ETHERNET_HEADER, virtualMac } from '../../../src/agent/wire/ethernet.ts'
import { fc } from '../../support/fast-check.ts'
import { readHex } from '../../support/hex-fixture.ts'

const packetOf = (frame: Uint8Array) => frame.subarray(ETHERNET_HEADER)

test('a gratuitous ARP names the VIP and the virtual MAC as sender and as target', t => {
  t.deepEqual(encodeGratuitousArp(virtualMac(10), 0xc0000264), readHex('vrrp/garp-192.0.2.100.hex'))
  t.deepEqual(decodeArpPacket(packetOf(readHex('vrrp/garp-192.0.2.100.hex'))), {
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
      const frame = encodeGratuitousArp(virtualMac(vrid), address)
      const arp = decodeArpPacket(packetOf(frame))
      t.like(arp, { sender: address, target: address, operation: 'request' })
      t.is(arpSender(frame), address)
      t.is(arpProbed(frame), address === 0 ? 0 : undefined)
    }),
  )
})

test('a probe asks for an address in nobody’s name, and only a probe does', t => {
  const probe = encodeArpProbe(virtualMac(10), 0xc0000264)
  t.is(arpProbed(probe), 0xc0000264)
  t.is(arpSender(probe), 0)
  probe[21] = 2 // a reply
  t.is(arpProbed(probe), undefined)
  t.is(arpSender(probe), 0)
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
    t.is(arpSender(frame), undefined, `byte ${place}`)
    t.is(arpProbed(frame), undefined, `byte ${place}`)
    if (place >= ETHERNET_HEADER) t.is(decodeArpPacket(packetOf(frame)), undefined)
  }
  t.is(arpSender(good.subarray(0, 41)), undefined)
  t.is(decodeArpPacket(good.subarray(ETHERNET_HEADER, 41)), undefined)
})

test('random bytes never throw', t => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), bytes => {
      bytes.set([0x08, 0x06].slice(0, Math.max(0, bytes.length - 12)), Math.min(12, bytes.length))
      const sender = arpSender(bytes)
      t.true(sender === undefined || sender >= 0)
      t.is(decodeArpPacket(packetOf(bytes))?.sender, sender)
    }),
  )
})
