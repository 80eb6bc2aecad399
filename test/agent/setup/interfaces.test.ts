import test from 'ava'
import { configureInterface, placeInterfaces } from '../../../src/agent/setup/interfaces.ts'
import { decodeMessages, encodeMessage } from '../../../src/agent/wire/netlink.ts'
import { linkOf } from '../../support/link.ts'
import { answered, hold } from '../../support/scripted-kernel.ts'
import { nodeOne } from '../../support/stamped.ts'

const nic = (index: number, card = index) =>
  linkOf({ index, name: `eth${index}`, mac: new Uint8Array([0x52, 0x54, 0, 0xd1, 1, card]) })
const { interfaces } = nodeOne()
const [front] = interfaces
const codes = (links: Parameters<typeof placeInterfaces>[1]) =>
  placeInterfaces(interfaces, links, new Map()).complaints.map(
    ({ severity, code, message }) => `${severity} ${code}: ${message}`,
  )

test('every interface that is there is placed', t => {
  const { placed, complaints } = placeInterfaces(interfaces, [nic(3), nic(1), nic(2)], new Map())
  t.deepEqual(complaints, [])
  t.deepEqual(
    placed.map(({ config, index }) => [config.name, index]),
    [
      ['front', 1],
      ['back', 2],
      ['mgmt', 3],
    ],
  )
})

test('an absent front or back NIC refuses, an absent management NIC warns', t => {
  t.deepEqual(codes([nic(2), nic(3)]), [
    'refuse interface_absent: the NIC of interface front (front) is not there',
  ])
  t.deepEqual(codes([nic(1), nic(3)]), [
    'refuse interface_absent: the NIC of interface back (back) is not there',
  ])
  t.deepEqual(codes([nic(1), nic(2)]), [
    'warn interface_absent: the NIC of interface mgmt (management) is not there',
  ])
})

test('the complaint lists the NICs that are there, with their place', t => {
  const paths = new Map([['eth2', '../../devices/pci0000:00/0000:00:04.0/net/eth2']])
  const { complaints } = placeInterfaces(interfaces.slice(0, 1), [nic(2)], paths)
  t.is(complaints[0]?.expected, 'MAC 52:54:00:d1:01:01')
  t.is(complaints[0]?.found, 'eth2 52:54:00:d1:01:02 at PCI 0000:00:04.0')
  t.is(placeInterfaces(interfaces, [], new Map()).complaints[0]?.found, 'no NIC at all')
})

test('two NICs for one interface, or one NIC for two, are refused', t => {
  t.deepEqual(codes([nic(1), nic(7, 1), nic(2), nic(3)]), [
    'refuse interface_ambiguous: more than one NIC matches interface front (front)',
  ])
  const twice = [{ name: 'eth1' }, { mac: '52:54:00:d1:01:01' }].map((match, at) => ({
    ...nodeOne().interfaces[at],
    match,
  })) as unknown as typeof interfaces
  const { placed, complaints } = placeInterfaces(twice, [nic(1)], new Map())
  t.is(placed.length, 1)
  t.is(complaints[0]?.code, 'interface_shared')
})

test('an interface gets its MTU, its addresses, comes up, then gets its routes', t => {
  if (front === undefined) return t.fail()
  const config = { ...front, mtu: 9000, routes: [{ to: 'default', via: '192.0.2.1' }] }
  const { end, asks } = hold(configureInterface({ config, index: 2 }), () => answered())
  t.deepEqual(end, { kind: 'done', value: [] })
  t.deepEqual(
    asks.flatMap(({ requests }) => requests.map(({ type }) => type)),
    [19, 20, 19, 24],
  )
  const [, address] = asks
  const [message] = decodeMessages(
    encodeMessage(address?.requests[0] ?? { type: 0, flags: 0, payload: new Uint8Array() }, 1),
  )
  t.is(message?.payload[1], 24)
})

test('an address that is there already is fine; what the kernel refuses is named, the rest goes on', t => {
  if (front === undefined) return t.fail()
  const there = hold(configureInterface({ config: front, index: 2 }), (_, nth) =>
    answered(nth === 0 ? 17 : 0),
  )
  t.deepEqual(there.end, { kind: 'done', value: [] })
  const config = { ...front, routes: [{ to: '10.8.0.0/16', via: '192.0.2.9' }] }
  const { end, asks } = hold(configureInterface({ config, index: 2 }), (_, nth) =>
    answered(nth === 2 ? 101 : 0),
  )
  t.is(asks.length, 3)
  t.like(end.kind === 'done' ? end.value[0] : undefined, {
    severity: 'refuse',
    message: 'the kernel does not add the route to 10.8.0.0/16 via 192.0.2.9 on front',
    found: 'ENETUNREACH',
  })
})
