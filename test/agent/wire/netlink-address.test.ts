import test from 'ava'
import { encodeMessage } from '../../../src/agent/wire/netlink.ts'
import {
  decodeLinkAddress,
  deleteAddress,
  dumpAddresses,
  isMovingAddress,
  newAddress,
  newMovingAddress,
} from '../../../src/agent/wire/netlink-address.ts'
import { encodeIpv4 } from '../../../src/agent/wire/text-address.ts'
import { messagesOf, neverThrows, sameAsPeer } from '../../support/netlink-peer.ts'

const vip = encodeIpv4('192.0.2.100')

test('addresses are added and deleted as ip does it', t => {
  sameAsPeer(t, 'route', 'peer-address-add', newAddress(4, vip, 32))
  sameAsPeer(t, 'route', 'peer-address-add-broadcast', newAddress(2, encodeIpv4('192.0.2.11'), 24))
  sameAsPeer(t, 'route', 'peer-address-delete', deleteAddress(4, vip, 32), {
    // ip names it twice.
    IFA_ADDRESS: undefined,
  })
  for (const [fixture, request] of [
    ['peer-address-add', newAddress(4, vip, 32)],
    ['peer-address-delete', deleteAddress(4, vip, 32)],
  ] as const) {
    t.deepEqual(request.payload.slice(0, 8), messagesOf(fixture)[0]?.payload.slice(0, 8))
  }
})

test('the broadcast address has every host bit set, for each prefix length', t => {
  const broadcast = (length: number) =>
    [...newAddress(1, encodeIpv4('10.20.30.40'), length).payload.slice(-4)].join('.')
  t.is(broadcast(0), '255.255.255.255')
  t.is(broadcast(12), '10.31.255.255')
  t.is(broadcast(24), '10.20.30.255')
  t.is(broadcast(30), '10.20.30.43')
  t.is(newAddress(1, vip, 31).payload.length, newAddress(1, vip, 32).payload.length)
})

test('a dump of the addresses is read, and a deletion', t => {
  const messages = messagesOf('reply-addresses')
  const read = (type: number) =>
    messages
      .flatMap(message => decodeLinkAddress({ ...message, type }) ?? [])
      .map(({ index, address, prefixLength }) => [index, address.join('.'), prefixLength])
  const expected = [
    [1, '127.0.0.1', 8],
    [2, '192.0.2.11', 24],
    [4, '192.0.2.100', 32],
  ]
  t.deepEqual(read(20), expected)
  t.deepEqual(read(21), expected)
  t.deepEqual(read(16), [])
  t.is(dumpAddresses(0, 4).flags, 0x300)
  t.deepEqual([...dumpAddresses(4, 4).payload], [2, 0, 0, 0, 4, 0, 0, 0])
})

test('broken addresses are undefined', t => {
  neverThrows(t, messagesOf('reply-addresses'), decodeLinkAddress)
})

test('a notice of an address that is ours is told from its bytes alone', t => {
  const address = new Uint8Array([192, 0, 2, 100])
  const notice = encodeMessage(newMovingAddress(2, address, 32, 0xd1), 0)
  t.true(isMovingAddress(notice, 0xd1))
  t.false(isMovingAddress(notice, 4))
  t.false(isMovingAddress(encodeMessage(newAddress(2, address, 32), 0), 0xd1))
  t.false(isMovingAddress(new Uint8Array([...notice, ...notice]), 0xd1))
  for (let length = 0; length < notice.length; length += 1) {
    t.false(isMovingAddress(notice.subarray(0, length), 0xd1))
  }
})
