import test from 'ava'
import { encodeMessage } from '../../../src/agent/wire/netlink.ts'
import {
  decodeLink,
  deleteLink,
  dumpLinks,
  getLink,
  newMacvlan,
  setLink,
} from '../../../src/agent/wire/netlink-link.ts'
import { messagesOf, neverThrows, sameAsPeer } from '../../support/netlink-peer.ts'

const mac = new Uint8Array([0x00, 0x00, 0x5e, 0x00, 0x01, 0x0a])

test('a macvlan is asked for as ip asks for it', t => {
  sameAsPeer(t, 'route', 'peer-link-add', newMacvlan({ name: 'spare', parent: 2, mac }), {
    // ip leaves out the zero at the end of the kind.
    IFLA_LINKINFO: { KIND: '6d6163766c616e00', DATA: { MACVLAN_MODE: '04000000' } },
  })
  const { flags } = newMacvlan({ name: 'spare', parent: 2, mac })
  t.true(messagesOf('peer-link-add')[0]?.flags === (flags | 5))
})

test('protodown, UP and the MTU are set as ip sets them', t => {
  const header = (payload: Uint8Array | undefined) => payload?.slice(0, 16)
  const same = (fixture: string, request: ReturnType<typeof setLink>) => {
    sameAsPeer(t, 'route', fixture, request)
    t.deepEqual(header(request.payload), header(messagesOf(fixture)[0]?.payload))
  }
  same('peer-protodown-on', setLink(4, { protoDown: true }))
  same('peer-protodown-off', setLink(4, { protoDown: false }))
  same('peer-link-up', setLink(4, { up: true }))
  same('peer-link-mtu', setLink(3, { mtu: 1400 }))
})

test('a link is renamed, deleted and read by its index', t => {
  const index = (payload: Uint8Array) => Buffer.from(payload).readInt32LE(4)
  t.is(index(setLink(7, { name: 'front' }).payload), 7)
  t.is(
    Buffer.from(setLink(7, { name: 'front' }).payload)
      .toString('latin1')
      .slice(20, 25),
    'front',
  )
  t.is(index(deleteLink(8).payload), 8)
  t.is(index(getLink(9).payload), 9)
  t.is(encodeMessage(dumpLinks(), 1).length, 40)
})

test('a dump of the links is read', t => {
  const links = messagesOf('reply-links').flatMap(message => decodeLink(message) ?? [])
  t.deepEqual(
    links.map(({ index, name, kind }) => [index, name, kind]),
    [
      [1, 'lo', undefined],
      [2, 'front', 'veth'],
      [3, 'other', 'veth'],
      [4, 'vr4.10.2', 'macvlan'],
    ],
  )
  const device = links.find(({ index }) => index === 4)
  t.like(device, {
    parent: 2,
    isBridgeMode: true,
    isProtoDown: false,
    protoDownReasons: 0,
    mtu: 1500,
  })
  t.deepEqual(device?.mac, mac)
  t.is(links.find(({ name }) => name === 'other')?.mtu, 1400)
})

test('what is no link, or broken, is undefined', t => {
  neverThrows(t, messagesOf('reply-links'), decodeLink)
  t.is(
    decodeLink({ type: 20, flags: 0, sequence: 1, port: 0, payload: new Uint8Array(16) }),
    undefined,
  )
})
