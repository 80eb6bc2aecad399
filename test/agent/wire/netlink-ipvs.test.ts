import test from 'ava'
import type { IpvsDestination, IpvsService } from '../../../src/agent/machine.ts'
import { encodeMessage, type NetlinkMessage } from '../../../src/agent/wire/netlink.ts'
import {
  decodeIpvsDestination,
  decodeIpvsService,
  dumpDestinations,
  dumpServices,
  encodeIpvsChange,
} from '../../../src/agent/wire/netlink-ipvs.ts'
import { decodeIpv4 } from '../../../src/agent/wire/text-address.ts'
import { fc } from '../../support/fast-check.ts'
import { attributeTree, isAsFixture } from '../../support/netlink-fixture.ts'
import { messagesOf, neverThrows, sameAsPeer } from '../../support/netlink-peer.ts'

const FAMILY = 0x23
const key = { protocol: 'tcp', address: '192.0.2.100', port: 80 } as const
const service: IpvsService = { key, scheduler: 'wlc', flags: 0, timeout_s: 0, destinations: [] }
const nat = { address: '10.77.0.21', port: 80, forward: 'nat', weight: 1 } as const
const dr = { address: '10.77.0.22', port: 80, forward: 'dr', weight: 65535 } as const

const message = (request: ReturnType<typeof dumpServices>): NetlinkMessage => ({
  ...request,
  sequence: 1,
  port: 0,
})
const serviceOf = (fixture: string) => {
  const [peer] = messagesOf(fixture)
  const tree = peer === undefined ? {} : attributeTree('generic', peer)
  return (tree as { IPVS_CMD_ATTR_SERVICE: object }).IPVS_CMD_ATTR_SERVICE
}
// ipvsadm sets every flag, the kernel's own HASHED (0x2) among them, and fills whole structures.
const masked = (fixture: string, flags: string) => ({
  IPVS_CMD_ATTR_SERVICE: { ...serviceOf(fixture), 'FLAGS and their mask': flags },
})
const keyOnly = (fixture: string) => ({
  IPVS_CMD_ATTR_SERVICE: {
    ...serviceOf(fixture),
    SCHED_NAME: undefined,
    'FLAGS and their mask': undefined,
    TIMEOUT: undefined,
    NETMASK: undefined,
  },
})
const destinationOf = (at: string, forward: string, weight: string) => ({
  IPVS_CMD_ATTR_DEST: {
    ADDR: at,
    PORT: '0050',
    FWD_METHOD: forward,
    WEIGHT: weight,
    U_THRESH: '00000000',
    L_THRESH: '00000000',
  },
})
const AT_21 = '0a4d0015000000000000000000000000'
const AT_22 = '0a4d0016000000000000000000000000'

test('services are added and changed as ipvsadm does it, but for the mask of the flags', t => {
  const add = encodeIpvsChange(FAMILY, { kind: 'add_service', service })
  sameAsPeer(t, 'generic', 'peer-service-add', add, masked('peer-service-add', '00000000fdffffff'))
  const changed = { ...service, scheduler: 'sh', flags: 0x8 }
  const set = encodeIpvsChange(FAMILY, { kind: 'set_service', service: changed })
  sameAsPeer(t, 'generic', 'peer-service-set', set, masked('peer-service-set', '08000000fdffffff'))
  const udp = { ...service, key: { ...key, protocol: 'udp', port: 53 } as const, scheduler: 'rr' }
  const addUdp = encodeIpvsChange(FAMILY, { kind: 'add_service', service: udp })
  const expected = masked('peer-service-add-udp', '00000000fdffffff')
  sameAsPeer(t, 'generic', 'peer-service-add-udp', addUdp, expected)
})

test('destinations are added, changed and deleted as ipvsadm does it, the key alone naming the service', t => {
  for (const [fixture, change, destination] of [
    [
      'peer-destination-add',
      { kind: 'add_destination', key, destination: nat },
      destinationOf(AT_21, '00000000', '01000000'),
    ],
    [
      'peer-destination-add-dr',
      { kind: 'add_destination', key, destination: dr },
      destinationOf(AT_22, '03000000', 'ffff0000'),
    ],
    [
      'peer-destination-set',
      { kind: 'set_destination', key, destination: { ...nat, weight: 7 } },
      destinationOf(AT_21, '00000000', '07000000'),
    ],
    [
      'peer-destination-delete',
      { kind: 'delete_destination', key, destination: dr },
      { IPVS_CMD_ATTR_DEST: { ADDR: AT_22, PORT: '0050' } },
    ],
  ] as const) {
    const request = encodeIpvsChange(FAMILY, change)
    sameAsPeer(t, 'generic', fixture, request, { ...keyOnly(fixture), ...destination })
    t.is(request.payload[0], messagesOf(fixture)[0]?.payload[0])
  }
  const gone = encodeIpvsChange(FAMILY, { kind: 'delete_service', key })
  sameAsPeer(t, 'generic', 'peer-service-delete', gone, keyOnly('peer-service-delete'))
})

test('every change has the bytes of its fixture', t => {
  for (const change of [
    { kind: 'add_service', service },
    { kind: 'set_service', service: { ...service, scheduler: 'mh', flags: 0x18, timeout_s: 360 } },
    { kind: 'delete_service', key },
    { kind: 'add_destination', key, destination: nat },
    { kind: 'set_destination', key, destination: { ...dr, weight: 0 } },
    { kind: 'delete_destination', key, destination: nat },
  ] as const) {
    const bytes = encodeMessage(encodeIpvsChange(FAMILY, change), 1)
    t.true(isAsFixture(`request-${change.kind.replace('_', '-')}`, 'generic', bytes), change.kind)
  }
})

test('a dump of services is read without the flag HASHED', t => {
  t.deepEqual(
    messagesOf('reply-services').flatMap(each => decodeIpvsService(each) ?? []),
    [
      { ...service, scheduler: 'sh', flags: 0x8 },
      { ...service, key: { protocol: 'udp', address: '192.0.2.100', port: 53 }, scheduler: 'rr' },
    ],
  )
})

test('a dump of destinations is read with its connections', t => {
  const idle = { active_connections: 0, inactive_connections: 0 }
  t.deepEqual(
    messagesOf('reply-destinations').flatMap(each => decodeIpvsDestination(each) ?? []),
    [
      { ...dr, ...idle },
      { ...nat, weight: 7, ...idle },
    ],
  )
})

const address = fc.uint8Array({ minLength: 4, maxLength: 4 }).map(decodeIpv4)
const port = fc.integer({ min: 0, max: 65535 })
const anyKey = fc.record({
  protocol: fc.constantFrom('tcp' as const, 'udp' as const),
  address,
  port,
})

test('any service and any destination come back from their own encoding', t => {
  const anyService: fc.Arbitrary<IpvsService> = fc.record({
    key: anyKey,
    scheduler: fc.constantFrom('rr', 'wrr', 'lc', 'wlc', 'sh', 'mh'),
    flags: fc.nat(0x3f).map(flags => flags & ~0x2),
    timeout_s: fc.nat(100_000),
    destinations: fc.constant([]),
  })
  fc.assert(
    fc.property(anyService, each => {
      const request = encodeIpvsChange(FAMILY, { kind: 'add_service', service: each })
      t.deepEqual(decodeIpvsService(message(request)), each)
    }),
  )
  const anyDestination: fc.Arbitrary<IpvsDestination> = fc.record({
    address,
    port,
    forward: fc.constantFrom('nat' as const, 'dr' as const),
    weight: fc.nat(65535),
  })
  fc.assert(
    fc.property(anyKey, anyDestination, (at, destination) => {
      const request = encodeIpvsChange(FAMILY, { kind: 'add_destination', key: at, destination })
      const idle = { active_connections: 0, inactive_connections: 0 }
      t.deepEqual(decodeIpvsDestination(message(request)), { ...destination, ...idle })
    }),
  )
})

test('what this agent does not make, or what is broken, is undefined', t => {
  neverThrows(t, messagesOf('reply-services').slice(0, 1), decodeIpvsService)
  neverThrows(t, messagesOf('reply-destinations').slice(0, 1), decodeIpvsDestination)
  const tunnel = {
    ...message(encodeIpvsChange(FAMILY, { kind: 'add_destination', key, destination: dr })),
  }
  const payload = tunnel.payload.slice()
  payload[Buffer.from(payload).indexOf(Buffer.from([8, 0, 3, 0, 3, 0, 0, 0])) + 4] = 2
  t.is(decodeIpvsDestination({ ...tunnel, payload }), undefined)
})

test('dumps ask for all services, and for the destinations of one', t => {
  t.true(isAsFixture('request-services', 'generic', encodeMessage(dumpServices(FAMILY), 1)))
  t.true(
    isAsFixture('request-destinations', 'generic', encodeMessage(dumpDestinations(FAMILY, key), 1)),
  )
})
