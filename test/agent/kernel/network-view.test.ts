import test from 'ava'
import {
  isSameLinkEvent,
  isUp,
  linkEvent,
  noteChanges,
  readView,
} from '../../../src/agent/kernel/network-view.ts'
import { encodeMessage } from '../../../src/agent/wire/netlink.ts'
import { deleteAddress, newAddress } from '../../../src/agent/wire/netlink-address.ts'
import { encodeIpv4 } from '../../../src/agent/wire/text-address.ts'
import { fc } from '../../support/fast-check.ts'
import { readHex } from '../../support/hex-fixture.ts'
import { linkOf } from '../../support/link.ts'
import { messagesOf } from '../../support/netlink-peer.ts'
import { hold, withMessages } from '../../support/scripted-kernel.ts'

function view() {
  const { end } = hold(readView(), (_, nth) =>
    withMessages(messagesOf(nth === 0 ? 'reply-links' : 'reply-addresses')),
  )
  if (end.kind !== 'done') throw new Error('no view')
  return end.value
}

test('an interface that is up is told with its address and its MAC', t => {
  const event = linkEvent(view(), 'front', 2)
  t.like(event, { kind: 'link', interface: 'front', up: true, address: '192.0.2.11' })
  t.is(event.mac.length, 17)
})

test('an interface without a link is down', t => {
  const down = { kind: 'link', interface: 'back', up: false, mac: '' } as const
  t.deepEqual(linkEvent(view(), 'back', undefined), down)
  t.deepEqual(linkEvent(view(), 'back', 99), down)
})

test('up needs the flag, the carrier and the operational state', t => {
  t.true(isUp(linkOf({})))
  t.true(isUp(linkOf({ operState: 0 })), 'a driver that does not say')
  t.false(isUp(linkOf({ flags: 0x1_1042 })))
  t.false(isUp(linkOf({ flags: 0x1003 })))
  t.true(isUp(linkOf({ operState: 2 })), 'carrier has come, and the state follows it later')
  t.false(isUp(linkOf({ operState: 2, flags: 0x1003 })))
  for (const operState of [1, 3, 4, 5]) t.false(isUp(linkOf({ operState })))
})

test('the first address is the primary one, until it is taken away', t => {
  const current = view()
  const change = (request: ReturnType<typeof newAddress>) =>
    noteChanges(current, encodeMessage(request, 0))
  const address = () => linkEvent(current, 'front', 2).address
  t.deepEqual([...change(newAddress(2, encodeIpv4('192.0.2.12'), 24))], [2])
  t.is(address(), '192.0.2.11')
  // The kernel reports an address again when its flags change: it keeps its place.
  change(newAddress(2, encodeIpv4('192.0.2.11'), 24))
  t.is(address(), '192.0.2.11')
  change(deleteAddress(2, encodeIpv4('192.0.2.11'), 24))
  t.is(address(), '192.0.2.12')
  change(deleteAddress(2, encodeIpv4('192.0.2.12'), 24))
  t.is(address(), undefined)
})

test('a link that is deleted takes its addresses with it', t => {
  const current = view()
  const links = readHex('netlink/reply-links.hex')
  const front = messagesOf('reply-links').find(({ payload }) => payload[4] === 2)
  if (front === undefined) return t.fail()
  noteChanges(current, encodeMessage({ ...front, type: 17 }, 0))
  t.false(linkEvent(current, 'front', 2).up)
  noteChanges(current, links)
  t.true(linkEvent(current, 'front', 2).up)
  t.is(linkEvent(current, 'front', 2).address, undefined)
})

test('events are the same when the core could not tell them apart', t => {
  const event = linkEvent(view(), 'front', 2)
  t.true(isSameLinkEvent(event, linkEvent(view(), 'front', 2)))
  t.false(isSameLinkEvent(event, { ...event, up: false }))
  t.false(isSameLinkEvent(event, { ...event, address: '192.0.2.99' }))
  t.false(isSameLinkEvent(event, { ...event, mac: '' }))
})

test('no notification makes it throw', t => {
  const current = view()
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), bytes => void noteChanges(current, bytes)),
  )
  t.true(linkEvent(current, 'front', 2).up)
})
