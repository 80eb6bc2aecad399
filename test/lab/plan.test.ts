import test from 'ava'
import { planLab } from '../../src/lab/plan.ts'
import { pairOf, service } from '../support/pair.ts'

const stationsOf = (plan: ReturnType<typeof planLab>) =>
  new Map(plan.stations.map(station => [station.name, station]))

test('interfaces that share a subnet are on one network', t => {
  const { networks } = planLab(pairOf())
  t.deepEqual(
    networks.map(({ name, role }) => [name, role]),
    [
      ['front', 'front'],
      ['back', 'back'],
      ['mgmt', 'management'],
    ],
  )
})

test('interfaces of other names share a network if they share a subnet', t => {
  const [first, second] = pairOf()
  const renamed = second?.interfaces.map(one =>
    one.name === 'front' ? { ...one, name: 'outside' } : one,
  )
  const nodes = [first, { ...second, interfaces: renamed }] as never
  const { networks, directors } = planLab(nodes)
  t.is(networks.length, 3)
  t.is(directors[1]?.nics[0]?.network, 'front')
})

test('each card has the MAC of the cluster file and a tap of its own', t => {
  const { directors } = planLab(pairOf())
  const nics = directors.flatMap(director => director.nics)
  t.deepEqual(directors[0]?.nics[0], {
    interface: 'front',
    network: 'front',
    tap: 'tap1.0',
    mac: '52:54:00:d1:01:01',
  })
  t.is(new Set(nics.map(({ tap }) => tap)).size, 6)
})

test('a card that is matched by its PCI place sits there', t => {
  const nodes = pairOf({ match: { pci: '0000:00:05.0' } })
  t.is(planLab(nodes).directors[0]?.nics[0]?.slot, '05.0')
})

test('a PCI place behind a bridge is refused with what would work', t => {
  const nodes = pairOf({ match: { pci: '0000:03:00.0' } })
  const error = t.throws(() => planLab(nodes)) as Error & { problems: { expected: string }[] }
  t.regex(error.message, /cannot put a network card/)
  t.regex(error.problems[0]?.expected ?? '', /0000:00:05\.0/)
})

test('serial ports are given in order, with nothing where the node uses none', t => {
  const [node] = pairOf()
  const serial = {
    console: { port: 'ttyS0', baud: 115_200 },
    heartbeat: { port: 'ttyS2', baud: 9_600 },
  }
  const { directors } = planLab([{ ...node, serial }] as never)
  t.deepEqual(directors[0]?.serialPorts, ['console', 'nothing', 'heartbeat'])
  t.is(directors[0]?.heartbeatBaud, 9_600)
})

test('a heartbeat port may be a USB adapter, which is none of the serial ports', t => {
  const [node] = pairOf()
  const withPort = (port: string) => {
    const serial = { ...node?.serial, heartbeat: { port, baud: 115_200 } }
    return planLab([{ ...node, serial }] as never).directors[0]
  }
  t.like(withPort('ttyUSB0'), { serialPorts: ['console'], hasAdapter: true })
  t.like(withPort('ttyS1'), { serialPorts: ['console', 'heartbeat'], hasAdapter: false })
  t.throws(() => withPort('ttyUSB1'), { message: /the lab has no such serial port/ })
})

test('the client owns the gateway and sends from an address beyond it', t => {
  const client = stationsOf(planLab(pairOf())).get('client')
  t.deepEqual(client?.legs, [{ network: 'front', addresses: ['192.0.2.1/24'] }])
  t.deepEqual(client?.local, ['203.0.113.10'])
})

test('without a gateway the client has the highest free address', t => {
  const client = stationsOf(planLab(pairOf({ routes: [] }))).get('client')
  t.deepEqual(client?.legs, [{ network: 'front', addresses: ['192.0.2.254/24'] }])
  t.deepEqual(client?.local, [])
})

test('behind NAT a real server goes through the back VIP', t => {
  const stations = stationsOf(planLab(pairOf()))
  t.deepEqual(stations.get('real1'), {
    name: 'real1',
    kind: 'real_server',
    legs: [{ network: 'back', addresses: ['10.77.0.21/24'] }],
    local: [],
    defaultVia: '10.77.0.1',
    fromVia: [],
    ports: [80],
  })
  t.is(stations.get('real2')?.legs[0]?.addresses[0], '10.77.0.22/24')
})

test('with direct routing a real server has the VIP and answers through the client’s router', t => {
  const services = [service({ forward: 'dr', servers: ['192.0.2.31'] })]
  const real = stationsOf(planLab(pairOf({ services }))).get('real1')
  t.deepEqual(real?.local, ['192.0.2.100'])
  t.deepEqual(real?.fromVia, [{ from: '192.0.2.100', via: '192.0.2.1' }])
})

test('with direct routing on the back network the client has a leg there', t => {
  const services = [service({ forward: 'dr', servers: ['10.77.0.31'] })]
  const stations = stationsOf(planLab(pairOf({ services })))
  t.deepEqual(stations.get('client')?.legs[1], { network: 'back', addresses: ['10.77.0.254/24'] })
  t.deepEqual(stations.get('real1')?.fromVia, [{ from: '192.0.2.100', via: '10.77.0.254' }])
})

test('a real server of two services is one station with both ports', t => {
  const services = [service({}), service({ name: 'more', port: 8080 })]
  const plan = planLab(pairOf({ services }))
  t.is(plan.stations.filter(({ kind }) => kind === 'real_server').length, 2)
  t.deepEqual(stationsOf(plan).get('real1')?.ports, [80, 8080])
})

test('a real server in no subnet of the directors is refused by its address', t => {
  const services = [service({ servers: ['172.16.0.9'] })]
  const error = t.throws(() => planLab(pairOf({ services })))
  t.regex(error?.message ?? '', /172\.16\.0\.9/)
})

test('the operator has an address on the management network', t => {
  const operator = stationsOf(planLab(pairOf())).get('operator')
  t.deepEqual(operator?.legs, [{ network: 'mgmt', addresses: ['198.51.100.254/24'] }])
})
