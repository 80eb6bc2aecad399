import test from 'ava'
import { planIpvs } from '../../../src/agent/ipvs/plan.ts'
import { isSameService, nameOfKey } from '../../../src/agent/ipvs/table.ts'
import type { IpvsChange, IpvsDestination, IpvsService } from '../../../src/agent/machine.ts'
import { newKernel } from '../../../src/sim/kernel.ts'
import { fc } from '../../support/fast-check.ts'

const service = (port: number, destinations: readonly IpvsDestination[], changes = {}) => ({
  key: { protocol: 'tcp' as const, address: '192.0.2.100', port },
  scheduler: 'wlc',
  flags: 0,
  timeout_s: 0,
  destinations,
  ...changes,
})

const real = (host: number, changes: Partial<IpvsDestination> = {}): IpvsDestination => ({
  address: `10.77.0.${host}`,
  port: 80,
  forward: 'nat',
  weight: 1,
  ...changes,
})

const never = { mayDelete: () => false }
const always = { mayDelete: () => true }
const kinds = (changes: readonly IpvsChange[]) => changes.map(({ kind }) => kind)

test('equal tables need no change', t => {
  const table = [service(80, [real(21), real(22)]), service(443, [])]
  t.deepEqual(planIpvs(table, table, never), [])
  const counted = [service(80, [real(22, { active_connections: 7 }), real(21)]), service(443, [])]
  t.deepEqual(planIpvs(table, counted, never), [])
})

test('a new service comes first, with its real servers at their weight', t => {
  const plan = planIpvs([service(80, [real(21), real(22)])], [service(81, [])], never)
  t.deepEqual(kinds(plan), ['add_service', 'add_destination', 'add_destination', 'delete_service'])
})

test('the order is: new, changed, new and changed real servers, drained, deleted, services last', t => {
  const desired = [
    service(80, [real(21, { weight: 5 }), real(23)], { scheduler: 'rr' }),
    service(90, [real(21)]),
  ]
  const actual = [
    service(70, [real(21)]),
    service(80, [real(21), real(22, { active_connections: 3 }), real(24)]),
  ]
  t.deepEqual(kinds(planIpvs(desired, actual, never)), [
    'add_service',
    'add_destination',
    'set_service',
    'add_destination',
    'set_destination',
    'set_destination',
    'delete_destination',
    'delete_service',
  ])
  const drained = planIpvs(desired, actual, never)[5]
  t.like(drained, { destination: { address: '10.77.0.22', weight: 0 } })
})

test('a real server with connections is drained first, then waits, then is deleted', t => {
  const desired = [service(80, [real(21)])]
  const busy = (weight: number, inactive_connections: number) => [
    service(80, [real(21), real(22, { weight, inactive_connections })]),
  ]
  t.deepEqual(kinds(planIpvs(desired, busy(1, 2), never)), ['set_destination'])
  t.deepEqual(planIpvs(desired, busy(0, 2), never), [])
  t.deepEqual(kinds(planIpvs(desired, busy(0, 0), never)), ['delete_destination'])
  t.deepEqual(kinds(planIpvs(desired, busy(1, 2), always)), ['delete_destination'])
})

test('another forwarding or scheduler is changed in place', t => {
  const desired = [service(80, [real(21, { forward: 'dr' })], { scheduler: 'sh' })]
  const plan = planIpvs(desired, [service(80, [real(21)])], never)
  t.deepEqual(kinds(plan), ['set_service', 'set_destination'])
})

const destinations = fc.uniqueArray(
  fc.record({
    address: fc.constantFrom('10.77.0.21', '10.77.0.22', '10.77.0.23'),
    port: fc.constantFrom(80, 8080),
    forward: fc.constantFrom('nat' as const, 'dr' as const),
    weight: fc.integer({ min: 0, max: 3 }),
  }),
  { selector: ({ address, port }) => `${address}:${port}` },
)
const tables = fc.uniqueArray(
  fc.record({
    key: fc.record({
      protocol: fc.constantFrom('tcp' as const, 'udp' as const),
      address: fc.constantFrom('192.0.2.100', '192.0.2.101'),
      port: fc.constantFrom(80, 443),
    }),
    scheduler: fc.constantFrom('wlc', 'rr'),
    flags: fc.constantFrom(0, 1),
    timeout_s: fc.constantFrom(0, 300),
    destinations,
  }),
  { selector: ({ key }) => nameOfKey(key) },
)

test('any table becomes any other, and nothing that stays is absent for a moment', t => {
  fc.assert(
    fc.property(tables, tables, (actual, desired) => {
      const kernel = newKernel()
      for (const held of actual) kernel.ipvs.set(nameOfKey(held.key), held)
      const kept = desired.filter(({ key }) => kernel.ipvs.has(nameOfKey(key)))
      const plan = planIpvs(desired, actual, always)
      for (const change of plan) {
        t.is(kernel.apply([change]), 0, change.kind)
        for (const { key } of kept) t.true(kernel.ipvs.has(nameOfKey(key)))
      }
      t.deepEqual(normal([...kernel.ipvs.values()]), normal(desired))
      t.false(touchesKeptDestination(plan, actual, desired))
      t.deepEqual(planIpvs(desired, [...kernel.ipvs.values()], always), [])
    }),
  )
})

function normal(table: readonly IpvsService[]) {
  return JSON.parse(
    JSON.stringify(
      [...table]
        .map(held => ({
          ...held,
          name: nameOfKey(held.key),
          destinations: [...held.destinations].sort((left, right) =>
            `${left.address}:${left.port}`.localeCompare(`${right.address}:${right.port}`),
          ),
        }))
        .sort((left, right) => left.name.localeCompare(right.name)),
      ['name', 'scheduler', 'flags', 'timeout_s', 'destinations', 'address', 'port', 'weight'],
    ),
  )
}

function touchesKeptDestination(
  plan: readonly IpvsChange[],
  actual: readonly IpvsService[],
  desired: readonly IpvsService[],
): boolean {
  const holds = (table: readonly IpvsService[], change: IpvsChange) =>
    change.kind === 'delete_destination' &&
    table.some(
      ({ key, destinations: held }) =>
        nameOfKey(key) === nameOfKey(change.key) &&
        held.some(
          ({ address, port }) =>
            address === change.destination.address && port === change.destination.port,
        ),
    )
  return plan.some(change => holds(actual, change) && holds(desired, change))
}

test('two services differ by scheduler, flags or timeout', t => {
  t.true(isSameService(service(80, []), service(80, [real(21)])))
  for (const changes of [{ scheduler: 'rr' }, { flags: 1 }, { timeout_s: 9 }]) {
    t.false(isSameService(service(80, []), service(80, [], changes)))
  }
})
