import test from 'ava'
import { nextDeadline } from '../../../src/agent/director.ts'
import { pairConfigs } from '../../../src/sim/pair.ts'
import { flipsIn, newRig, only, saidIn, sentIn } from '../../support/rig.ts'

test('it begins by closing every VIP and reading the IPVS table', t => {
  const { begun } = newRig()
  t.deepEqual(only(begun, 'flip', 'ipvs_read', 'send'), [
    { kind: 'flip', instance: 'front', to: 'closed' },
    { kind: 'flip', instance: 'back', to: 'closed' },
    { kind: 'ipvs_read' },
  ])
})

test('it listens once the VIPs are seen closed and the services are read back', t => {
  const rig = newRig()
  const [front, back, read] = rig.begun
  if (front?.kind !== 'flip' || back?.kind !== 'flip' || read?.kind !== 'ipvs_read') return t.fail()
  rig.step({ kind: 'done', ticket: front.ticket, errno: 0 })
  t.deepEqual(saidIn(rig.step({ kind: 'done', ticket: back.ticket, errno: 0 })), [])
  const apply = rig.step({ kind: 'ipvs_table', ticket: read.ticket, services: [] })
  t.deepEqual(saidIn(apply), [])
  t.deepEqual(saidIn(rig.settle(apply)), ['lb1 listening'])
  t.is(rig.state.phase, 'listening')
})

test('the first advert comes after the startup hold and Active_Down, with the ARPs behind it', t => {
  const rig = newRig()
  rig.settle(rig.begun)
  for (const name of ['front', 'back', 'mgmt']) rig.link(name, true)
  t.deepEqual(nextDeadline(rig.state)?.at, rig.state.health.targets[0]?.dueAt)
  rig.pass(2_000)
  t.deepEqual(saidIn(rig.step({ kind: 'wake' })), [
    'front startup_complete',
    'back startup_complete',
  ])
  rig.now = ((rig.state.instances[0]?.router.downAt ?? 0) - 1) as typeof rig.now
  t.deepEqual(flipsIn(rig.step({ kind: 'wake' })), [])
  rig.now = (rig.now + 1) as typeof rig.now
  t.is(Number(rig.now), 1_000_000 + 2_000_000 + 3_218_750)
  const taken = rig.step({ kind: 'wake' })
  t.deepEqual(flipsIn(taken), ['front open', 'back open'])
  t.deepEqual(sentIn(taken), [])
  const [front, back] = taken.filter(effect => effect.kind === 'flip')
  const opened = rig.step({ kind: 'done', ticket: front?.ticket ?? 0, errno: 0 })
  t.deepEqual(sentIn(opened), ['front advert 200', 'front arp 192.0.2.100'])
  t.deepEqual(saidIn(opened), ['front down_timer_expired'])
  const second = rig.step({ kind: 'done', ticket: back?.ticket ?? 0, errno: 0 })
  t.deepEqual(sentIn(second), ['back advert 200', 'back arp 10.77.0.1'])
})

test('the startup hold counts from the last link that came up', t => {
  const rig = newRig()
  rig.settle(rig.begun)
  rig.link('front', true)
  rig.pass(1_500)
  rig.link('back', true)
  t.is(Number(rig.state.groups[0]?.holdAt), 1_000_000 + 1_500_000 + 2_000_000)
})

test('no group starts while a link is down or an address is missing', t => {
  const rig = newRig()
  rig.settle(rig.begun)
  rig.link('front', true)
  t.is(rig.state.groups[0]?.blocked, 'link_down')
  rig.link('back', true, '')
  t.is(rig.state.groups[0]?.blocked, 'address_missing')
  rig.link('back', true)
  t.is(rig.state.groups[0]?.blocked, undefined)
})

test('an address owner takes its VIPs as soon as it may', t => {
  const [config] = pairConfigs({ priorities: [255, 100] })
  const rig = newRig(config)
  rig.settle(rig.begun)
  for (const name of ['front', 'back']) rig.link(name, true)
  rig.pass(2_000)
  const started = rig.settle(rig.step({ kind: 'wake' }))
  t.deepEqual(flipsIn(started), ['front open', 'back open'])
  t.true(saidIn(started).includes('front address_owner'))
})
