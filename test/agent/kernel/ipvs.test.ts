import test from 'ava'
import { applyIpvs, findIpvs, readIpvs } from '../../../src/agent/kernel/ipvs.ts'
import { messagesOf } from '../../support/netlink-peer.ts'
import { answered, hold, withMessages } from '../../support/scripted-kernel.ts'

const key = { protocol: 'tcp', address: '192.0.2.100', port: 80 } as const
const add = (port: number) =>
  ({
    kind: 'add_destination',
    key,
    destination: { address: '10.77.0.21', port, forward: 'nat', weight: 1 },
  }) as const

test('the family is found by its name; a kernel without ip_vs says ENOENT', t => {
  const found = hold(findIpvs(), () => withMessages(messagesOf('reply-family')))
  t.deepEqual(found.end, { kind: 'done', value: 0x23 })
  t.like(hold(findIpvs(), () => answered(2)).end, { kind: 'failed', failure: { errno: 2 } })
  t.like(hold(findIpvs(), () => answered()).end, { kind: 'failed', failure: { errno: 2 } })
})

test('the table is read with a dump for the services and one for each of them', t => {
  const { end, asks } = hold(readIpvs(0x23), (_, nth) =>
    withMessages(messagesOf(nth === 0 ? 'reply-services' : 'reply-destinations')),
  )
  if (end.kind !== 'done') return t.fail()
  t.is(asks.length, 3)
  t.deepEqual(
    end.value.map(({ key: { port }, destinations }) => [port, destinations.length]),
    [
      [80, 2],
      [53, 2],
    ],
  )
})

test('a dump that fails fails the whole', t => {
  const { end } = hold(readIpvs(0x23), (_, nth) =>
    nth === 0 ? withMessages(messagesOf('reply-services')) : answered(1),
  )
  t.like(end, { kind: 'failed', failure: { errno: 1 } })
})

test('many changes go in datagrams of at most 128, in order', t => {
  const changes = Array.from({ length: 300 }, (_, at) => add(at + 1))
  const { end, asks } = hold(applyIpvs(0x23, changes), () => answered())
  t.is(end.kind, 'done')
  t.deepEqual(
    asks.map(({ requests }) => requests.length),
    [128, 128, 44],
  )
})

test('the change that failed is named, and no later datagram is sent', t => {
  const changes = Array.from({ length: 200 }, (_, at) => add(at + 1))
  const { end, asks } = hold(applyIpvs(0x23, changes), () => answered(17, 4))
  t.is(asks.length, 1)
  t.deepEqual(end, {
    kind: 'failed',
    failure: { errno: 17, step: 'add_destination tcp 192.0.2.100:80 10.77.0.21:5' },
  })
})

test('no changes need no kernel', t => {
  t.deepEqual(hold(applyIpvs(0x23, []), () => answered(1)).asks, [])
})
