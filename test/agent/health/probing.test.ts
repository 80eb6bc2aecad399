import test from 'ava'
import { healthDeadline } from '../../../src/agent/health/probing.ts'
import type { Effect } from '../../../src/agent/machine.ts'
import type { Instant } from '../../../src/agent/units.ts'
import type { NodeConfig, ServiceConfig } from '../../../src/model/node-config.ts'
import { pairConfigs } from '../../../src/sim/pair.ts'
import { newRig, only, type Rig, saidIn } from '../../support/rig.ts'

const [config] = pairConfigs()
const [web] = config.services as readonly [ServiceConfig]

const withServices = (services: readonly ServiceConfig[]): NodeConfig => ({ ...config, services })

/** Answers the probes of one address with an errno, all else with success, for a while. */
function probeFor(
  rig: Rig,
  milliseconds: number,
  address: string,
  errno: number,
): readonly Effect[] {
  const all: Effect[] = []
  for (let step = 0; step < milliseconds; step += 100) {
    rig.pass(100)
    const effects = rig.step({ kind: 'wake' })
    all.push(...effects)
    for (const effect of effects) {
      if (effect.kind !== 'probe_start') continue
      const result = effect.address === address ? errno : 0
      const answered = rig.step({ kind: 'probe', probe: effect.probe, errno: result })
      all.push(...rig.settle(answered))
    }
    rig.settle(effects.filter(effect => effect.kind !== 'probe_start'))
  }
  return all
}

const changesIn = (effects: readonly Effect[]) =>
  effects.flatMap(effect => (effect.kind === 'ipvs_apply' ? effect.changes : []))

function started(services: readonly ServiceConfig[] = [web]): Rig {
  const rig = newRig(withServices(services))
  rig.settle(rig.begun)
  return rig
}

test('the first probes are spread over the interval, always alike', t => {
  const rig = started()
  const dues = rig.state.health.targets.map(({ dueAt }) => Number(dueAt))
  t.deepEqual(dues, [1_000_000, 2_000_000])
})

test('a probe that was answered leaves nothing to be woken for', t => {
  const slow = { ...web, check: { ...web.check, interval_ms: 5_000 } } as ServiceConfig
  const rig = started([slow])
  for (let second = 0; second < 20; second += 1) {
    probeFor(rig, 1_000, 'nobody', 0)
    const dues = rig.state.health.targets.map(({ dueAt }) => Number(dueAt))
    t.is(healthDeadline(rig.state.health), Math.min(...dues) as Instant)
  }
})

test('one server that many services use is probed once, at its own port or the given one', t => {
  const second = { ...web, name: 'web2', port: 8080 }
  const other = { ...web, name: 'tls', port: 443, check: { ...web.check, port: 81 } }
  const rig = started([web, second, other as ServiceConfig])
  t.deepEqual(
    rig.state.health.targets.map(({ address, port, uses }) => [address, port, uses.length]),
    [
      ['10.77.0.21', 80, 2],
      ['10.77.0.22', 80, 2],
      ['10.77.0.21', 81, 1],
      ['10.77.0.22', 81, 1],
    ],
  )
})

test('checks with other times are checks of their own', t => {
  const slow = { ...web, name: 'web2', port: 8080, check: { ...web.check, interval_ms: 9_000 } }
  t.is(started([web, slow as ServiceConfig]).state.health.targets.length, 4)
})

test('a service without a check has no probe, and its servers count as up', t => {
  const { check: _, ...unchecked } = web
  const rig = started([unchecked])
  t.is(rig.state.health.targets.length, 0)
  t.deepEqual(
    probeFor(rig, 3_000, '', 0).filter(({ kind }) => kind === 'probe_start'),
    [],
  )
})

test('before the first verdict a server counts as up', t => {
  const rig = started()
  t.is(rig.state.health.targets[0]?.verdict, 'unknown')
  t.is(Object.values(rig.state.ipvs.desired)[0]?.destinations.length, 2)
})

test('so many failures in a row remove a server, one fewer does not', t => {
  const rig = started()
  t.deepEqual(changesIn(probeFor(rig, 1_500, '10.77.0.21', 111)), [])
  t.deepEqual(changesIn(probeFor(rig, 1_000, '', 0)), [])
  const removed = probeFor(rig, 4_000, '10.77.0.21', 111)
  t.deepEqual(saidIn(removed), ['web 10.77.0.21:80 real_server_down'])
  t.like(only(removed, 'note')[0], { facts: { check: '10.77.0.21:80', errno: 111 } })
  t.like(changesIn(removed)[0], {
    kind: 'delete_destination',
    destination: { address: '10.77.0.21', port: 80 },
  })
})

test('so many successes in a row restore it at its weight', t => {
  const rig = started()
  probeFor(rig, 4_000, '10.77.0.21', 111)
  t.deepEqual(saidIn(probeFor(rig, 2_000, '', 0)), [])
  const restored = probeFor(rig, 2_000, '', 0)
  t.deepEqual(saidIn(restored), ['web 10.77.0.21:80 real_server_up'])
  t.like(changesIn(restored)[0], {
    kind: 'add_destination',
    destination: { address: '10.77.0.21', weight: 1 },
  })
})

test('a service whose servers are all down stays in the kernel, empty', t => {
  const only21 = { ...web, real_servers: web.real_servers.slice(0, 1) }
  const rig = started([only21])
  const changes = changesIn(probeFor(rig, 5_000, '10.77.0.21', 113))
  t.deepEqual(
    changes.map(({ kind }) => kind),
    ['delete_destination'],
  )
  t.deepEqual(Object.values(rig.state.ipvs.desired)[0]?.destinations, [])
})

test('a server of two services leaves and enters both', t => {
  const rig = started([web, { ...web, name: 'web2', port: 8080 }])
  const changes = changesIn(probeFor(rig, 5_000, '10.77.0.21', 111))
  t.deepEqual(
    changes.map(change => ('key' in change ? change.key.port : 0)),
    [80, 8080],
  )
})

test('a failure for want of our own means is no verdict', t => {
  const rig = started()
  t.deepEqual(changesIn(probeFor(rig, 8_000, '10.77.0.21', 24)), [])
  t.true(rig.state.health.counters.unknown >= 3)
  t.is(rig.state.health.counters.failed, 0)
})

test('a probe that is never answered is cancelled and counts as failed', t => {
  const rig = started()
  const [probe] = rig.step({ kind: 'wake' }).filter(effect => effect.kind === 'probe_start')
  rig.pass(2_000)
  const given = rig.step({ kind: 'wake' })
  t.deepEqual(only(given, 'probe_cancel'), [{ kind: 'probe_cancel', probe: probe?.probe ?? 0 }])
  t.is(rig.state.health.targets[0]?.failures, 1)
  t.deepEqual(rig.step({ kind: 'probe', probe: probe?.probe ?? 0, errno: 0 }), [])
  t.is(rig.state.health.targets[0]?.failures, 1)
})

test('after a stall of our own an unread answer is not held against the server', t => {
  const rig = started()
  rig.step({ kind: 'wake' })
  rig.pass(3_500)
  rig.step({ kind: 'wake' })
  t.is(rig.state.health.targets[0]?.failures, 0)
  t.is(rig.state.health.counters.unknown, 1)
})

test('no more than 64 probes start in one turn, the rest in the next', t => {
  const real_servers = Array.from({ length: 200 }, (_, index) => ({
    address: `10.77.${1 + (index >> 7)}.${(index & 127) + 1}`,
    port: 80,
    weight: 1,
  }))
  const rig = newRig(withServices([{ ...web, real_servers }]))
  rig.settle(rig.begun)
  rig.pass(2_000)
  const counts = [1, 2, 3, 4, 5].map(() => only(rig.step({ kind: 'wake' }), 'probe_start').length)
  t.deepEqual(counts, [64, 64, 64, 8, 0])
})
