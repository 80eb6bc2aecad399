import test from 'ava'
import { isAlike } from '../../../src/agent/ipvs/table.ts'
import type { IpvsDestination, IpvsService } from '../../../src/agent/machine.ts'

const real: IpvsDestination = { address: '10.77.0.21', port: 80, forward: 'nat', weight: 1 }
const service: IpvsService = {
  key: { protocol: 'tcp', address: '192.0.2.100', port: 80 },
  scheduler: 'wlc',
  flags: 0,
  timeout_s: 0,
  destinations: [real, { ...real, address: '10.77.0.22' }],
}

test('a service is as it should be while all that we set is, whatever the kernel counts', t => {
  const counted = service.destinations.map(each => ({ ...each, active_connections: 3 }))
  t.true(isAlike(service, { ...service, destinations: counted }))
  t.true(isAlike(undefined, undefined))
  t.false(isAlike(service, undefined))
  for (const other of [{ scheduler: 'rr' }, { flags: 1 }, { timeout_s: 5 }, { destinations: [] }]) {
    t.false(isAlike(service, { ...service, ...other }))
  }
  const others: readonly Partial<IpvsDestination>[] = [
    { address: '10.77.0.23' },
    { port: 81 },
    { forward: 'dr' },
    { weight: 0 },
  ]
  for (const other of others) {
    const destinations = [real, { ...real, address: '10.77.0.22', ...other }]
    t.false(isAlike(service, { ...service, destinations }), JSON.stringify(other))
  }
})
