import test from 'ava'
import { nextDeadline } from '../../../src/agent/director.ts'
import type { Effect, IpvsChange, IpvsService } from '../../../src/agent/machine.ts'
import { newKernel } from '../../../src/sim/kernel.ts'
import { pairConfigs } from '../../../src/sim/pair.ts'
import { newRig, only, type Rig, saidIn } from '../../support/rig.ts'

/** Answers IPVS requests from a kernel, flips and probes with success; returns what was changed. */
function serve(rig: Rig, kernel: ReturnType<typeof newKernel>, effects: readonly Effect[]) {
  const changes: IpvsChange[] = []
  const queue = [...effects]
  for (let effect = queue.shift(); effect !== undefined; effect = queue.shift()) {
    if (effect.kind === 'flip') {
      queue.push(...rig.step({ kind: 'done', ticket: effect.ticket, errno: 0 }))
    } else if (effect.kind === 'ipvs_read') {
      const services = kernel.read(effect.scope)
      queue.push(...rig.step({ kind: 'ipvs_table', ticket: effect.ticket, services }))
    } else if (effect.kind === 'ipvs_apply') {
      changes.push(...effect.changes)
      const errno = kernel.apply(effect.changes)
      queue.push(...rig.step({ kind: 'done', ticket: effect.ticket, errno }))
    } else if (effect.kind === 'probe_start') {
      queue.push(...rig.step({ kind: 'probe', probe: effect.probe, errno: 0 }))
    }
  }
  return changes.map(({ kind }) => kind)
}

function runFor(rig: Rig, kernel: ReturnType<typeof newKernel>, milliseconds: number) {
  const end = rig.now + milliseconds * 1_000
  const changes: string[] = []
  while ((nextDeadline(rig.state)?.at ?? end + 1) <= end) {
    changes.push(...serve(rig, kernel, rig.next()))
  }
  rig.pass((end - rig.now) / 1_000)
  return changes
}

const web = 'tcp 192.0.2.100:80'
const foreign: IpvsService = {
  key: { protocol: 'udp', address: '192.0.2.9', port: 53 },
  scheduler: 'rr',
  flags: 0,
  timeout_s: 0,
  destinations: [],
}

test('at the start an empty kernel gets every service, a foreign one goes', t => {
  const [rig, kernel] = [newRig(), newKernel()]
  kernel.ipvs.set('udp 192.0.2.9:53', foreign)
  const changes = serve(rig, kernel, rig.begun)
  t.deepEqual(changes, ['add_service', 'add_destination', 'add_destination', 'delete_service'])
  t.deepEqual([...kernel.ipvs.keys()], [web])
  t.is(rig.state.phase, 'listening')
})

test('a kernel that holds the services already is not touched', t => {
  const [first, kernel] = [newRig(), newKernel()]
  serve(first, kernel, first.begun)
  const second = newRig()
  t.deepEqual(serve(second, kernel, second.begun), [])
  t.is(second.state.phase, 'listening')
})

test('someone who empties the table is repaired within five seconds, and it is said', t => {
  const [rig, kernel] = [newRig(), newKernel()]
  serve(rig, kernel, rig.begun)
  kernel.ipvs.clear()
  t.deepEqual(runFor(rig, kernel, 5_000), ['add_service', 'add_destination', 'add_destination'])
  t.is(rig.state.ipvs.counters.repairs, 3)
  t.deepEqual(runFor(rig, kernel, 20_000), [])
})

test('a repair is a warning with the count of changes', t => {
  const [rig, kernel] = [newRig(), newKernel()]
  serve(rig, kernel, rig.begun)
  rig.pass(5_000)
  const read = rig.step({ kind: 'wake' }).find(effect => effect.kind === 'ipvs_read')
  const repaired = rig.step({ kind: 'ipvs_table', ticket: read?.ticket ?? 0, services: [] })
  t.deepEqual(saidIn(repaired), ['ipvs ipvs_repaired'])
  t.like(only(repaired, 'note')[0], { level: 'warning', facts: { changes: 3 } })
})

test('a large table is audited in slices, all of it within five seconds', t => {
  const [config] = pairConfigs()
  const services = Array.from({ length: 300 }, (_, index) => {
    const [service] = config.services
    if (service === undefined) throw new Error('the pair has no service')
    const { check: _check, ...rest } = service
    return { ...rest, name: `web${index}`, port: 1_000 + index }
  })
  const [rig, kernel] = [newRig({ ...config, services }), newKernel()]
  serve(rig, kernel, rig.begun)
  t.is(kernel.ipvs.size, 300)
  t.is(rig.state.ipvs.slices.length, 4)
  kernel.ipvs.set('udp 192.0.2.9:53', foreign)
  kernel.ipvs.delete('tcp 192.0.2.100:1299')
  const held = kernel.ipvs.get('tcp 192.0.2.100:1100')
  if (held !== undefined) kernel.ipvs.set('tcp 192.0.2.100:1100', { ...held, destinations: [] })
  t.deepEqual(runFor(rig, kernel, 5_100).sort(), [
    'add_destination',
    'add_destination',
    'add_destination',
    'add_destination',
    'add_service',
    'delete_service',
  ])
  t.is(kernel.ipvs.size, 300)
})

test('when the kernel refuses, it is alarmed once and tried again, ever more slowly', t => {
  const [rig, kernel] = [newRig(), newKernel()]
  const read = rig.begun.find(effect => effect.kind === 'ipvs_read')
  const refused = rig.step({ kind: 'done', ticket: read?.ticket ?? 0, errno: 2 })
  t.deepEqual(saidIn(refused), ['ipvs ipvs_failed'])
  rig.pass(1_000)
  const again = rig.step({ kind: 'wake' }).find(effect => effect.kind === 'ipvs_read')
  t.deepEqual(saidIn(rig.step({ kind: 'done', ticket: again?.ticket ?? 0, errno: 2 })), [])
  t.is(rig.state.phase, 'loading')
  for (const wait_ms of [2_000, 3_000, 4_000, 5_000, 5_000]) {
    rig.pass(wait_ms - 1)
    t.deepEqual(only(rig.step({ kind: 'wake' }), 'ipvs_read'), [])
    const read = rig
      .pass(1)
      .step({ kind: 'wake' })
      .find(effect => effect.kind === 'ipvs_read')
    rig.step({ kind: 'done', ticket: read?.ticket ?? 0, errno: 2 })
  }
  runFor(rig, kernel, 5_000)
  t.is(rig.state.ipvs.errno, 0)
  t.true(kernel.ipvs.has(web))
})

test('a kernel that takes every change and holds none is alarmed, not hammered', t => {
  const [rig, kernel] = [newRig(), newKernel()]
  kernel.apply = () => 0
  let applies = 0
  const count = () => rig.state.ipvs.counters.applies
  serve(rig, kernel, rig.begun)
  applies = count()
  t.true(applies <= 3, `${applies}`)
  t.is(rig.state.ipvs.errno, 5)
  runFor(rig, kernel, 10_000)
  t.true(count() - applies <= 10, `${count()}`)
  t.is(rig.state.phase, 'loading')
})

test('one real server that the kernel refuses is alarmed, and the others are served', t => {
  const [rig, kernel] = [newRig(), newKernel()]
  const { apply } = kernel
  kernel.apply = changes => {
    const isBad = (change: IpvsChange) =>
      change.kind === 'add_destination' && change.destination.address === '10.77.0.21'
    apply(changes.filter(change => !isBad(change)))
    return changes.some(isBad) ? 22 : 0
  }
  serve(rig, kernel, rig.begun)
  t.is(rig.state.phase, 'loading')
  runFor(rig, kernel, 1_000)
  t.is(rig.state.phase, 'listening')
  t.is(rig.state.ipvs.errno, 22)
  t.is(rig.state.ipvs.verifiedAt, undefined)
  t.is(kernel.ipvs.get(web)?.destinations.length, 1)
})

test('an answer that never comes is given up after ten seconds', t => {
  const rig = newRig()
  rig.pass(10_000)
  rig.step({ kind: 'wake' })
  t.is(rig.state.ipvs.errno, 110)
  t.is(rig.state.ipvs.busy, undefined)
})

test('a real server that nobody wants keeps its connections for a minute at most', t => {
  const [rig, kernel] = [newRig(), newKernel()]
  serve(rig, kernel, rig.begun)
  const held = kernel.ipvs.get(web)
  if (held === undefined) return t.fail()
  const extra = {
    address: '10.77.0.99',
    port: 80,
    forward: 'nat',
    weight: 1,
    active_connections: 1,
  }
  kernel.ipvs.set(web, { ...held, destinations: [...held.destinations, extra as never] })
  t.deepEqual(runFor(rig, kernel, 6_000), ['set_destination'])
  t.deepEqual(runFor(rig, kernel, 50_000), [])
  t.deepEqual(runFor(rig, kernel, 20_000), ['delete_destination'])
})
