import test from 'ava'
import { decodeRoute, dumpRoutes, newRoute } from '../../../src/agent/wire/netlink-route.ts'
import { encodeIpv4 } from '../../../src/agent/wire/text-address.ts'
import { messagesOf, neverThrows, sameAsPeer } from '../../support/netlink-peer.ts'

const byDefault = {
  destination: encodeIpv4('0.0.0.0'),
  prefixLength: 0,
  gateway: encodeIpv4('192.0.2.1'),
  index: 2,
}
const network = {
  destination: encodeIpv4('10.8.0.0'),
  prefixLength: 16,
  gateway: encodeIpv4('192.0.2.2'),
  index: 2,
}

test('routes are replaced as ip does it, but for the protocol: static', t => {
  sameAsPeer(t, 'route', 'peer-route-default', newRoute(byDefault))
  sameAsPeer(t, 'route', 'peer-route', newRoute(network))
  const peer = messagesOf('peer-route')[0]
  const header = peer?.payload.slice(0, 12)
  header?.set([4], 5)
  t.deepEqual(newRoute(network).payload.slice(0, 12), header)
  t.true(peer?.flags === (newRoute(network).flags | 5))
})

test('the gateway routes of the main table are read from a dump', t => {
  t.deepEqual(
    messagesOf('reply-routes').flatMap(message => decodeRoute(message) ?? []),
    [byDefault, network],
  )
  t.is(dumpRoutes().payload.length, 12)
})

test('broken routes are undefined', t => {
  neverThrows(t, messagesOf('reply-routes').slice(0, 3), decodeRoute)
})
