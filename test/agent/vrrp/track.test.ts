import test from 'ava'
import type { Status } from '../../../src/agent/control/status-types.ts'
import type { NodeConfig, TrackConfig } from '../../../src/model/node-config.ts'
import { pairConfigs } from '../../../src/sim/pair.ts'
import { answerIn, flipsIn, newRig, type Rig, saidIn, sentIn } from '../../support/rig.ts'

function tracking(track: readonly TrackConfig[], link?: NodeConfig['interfaces'][number]['link']) {
  const [config] = pairConfigs()
  const groups = config.vrrp.groups.map(group => ({ ...group, track }))
  const interfaces = config.interfaces.map(each =>
    each.name === 'front' && link !== undefined ? { ...each, link } : each,
  )
  return newRig({ ...config, interfaces, vrrp: { ...config.vrrp, groups } })
}

const script: TrackConfig = { kind: 'script', subject: '/check', interval_ms: 1_000 }

const tracked = (rig: Rig, down: number, index = 0) =>
  rig.step({ kind: 'tracked', group: 'service', index, down })

const priorityOf = (rig: Rig) => rig.state.instances.map(({ router }) => router.priority)

test('without weight a group waits until what it tracks is known to be in order', t => {
  const rig = tracking([script])
  rig.toBackup()
  t.is(rig.state.groups[0]?.role, 'initialize')
  t.is(rig.state.groups[0]?.blocked, 'track_unknown')
  tracked(rig, 0)
  rig.step({ kind: 'wake' })
  t.is(rig.state.groups[0]?.role, 'backup')
})

test('without weight an active group gives up with priority 0 when it is down', t => {
  const rig = tracking([script])
  tracked(rig, 0)
  rig.toActive()
  t.is(rig.state.groups[0]?.role, 'active')
  const effects = rig.settle(tracked(rig, 1))
  t.deepEqual(flipsIn(effects), ['front closed', 'back closed'])
  t.deepEqual(sentIn(effects), ['front advert 0', 'back advert 0'])
  t.true(saidIn(effects).includes('front track_down'))
  t.is(rig.state.groups[0]?.blocked, 'track_down')
  const { groups, problems } = answerIn(rig.ask({ command: 'status' })) as Status
  t.deepEqual(groups[0]?.track, [
    { kind: 'script', subject: '/check', state: 'down', priority_lost: null },
  ])
  t.deepEqual(
    problems.map(({ level, code }) => [level, code]),
    [['alarm', 'track_down']],
  )
  t.deepEqual(saidIn(tracked(rig, 0)), ['service track_up'])
})

test('with weight the priority falls while it is down, and the next advert says so', t => {
  const rig = tracking([{ ...script, weight: 30 }])
  t.deepEqual(priorityOf(rig), [170, 170])
  rig.toBackup()
  t.deepEqual(saidIn(tracked(rig, 0)), [])
  rig.toActive()
  t.deepEqual(priorityOf(rig), [200, 200])
  t.deepEqual(saidIn(tracked(rig, 1)), ['service track_down'])
  t.is(rig.state.groups[0]?.role, 'active')
  t.true(sentIn(rig.pass(1_000).step({ kind: 'wake' })).includes('front advert 170'))
  t.deepEqual(saidIn(tracked(rig, 1)), [])
})

test('the number of a file weighs so often, and 1 is always left; 255 is never changed', t => {
  const rig = tracking([
    { kind: 'file', subject: '/n', weight: 50 },
    { ...script, weight: 20 },
  ])
  tracked(rig, 2)
  tracked(rig, 0, 1)
  t.deepEqual(priorityOf(rig), [100, 100])
  tracked(rig, 1, 1)
  t.deepEqual(priorityOf(rig), [80, 80])
  tracked(rig, 200)
  t.deepEqual(priorityOf(rig), [1, 1])
  const [config] = pairConfigs({ priorities: [255, 100] })
  const groups = config.vrrp.groups.map(group => ({ ...group, track: [{ ...script, weight: 9 }] }))
  t.deepEqual(priorityOf(newRig({ ...config, vrrp: { ...config.vrrp, groups } })), [255, 255])
})

test('a tracked link counts by itself, whatever it carries', t => {
  const rig = tracking([{ kind: 'link', subject: 'mgmt', weight: 40 }])
  rig.toBackup()
  t.deepEqual(priorityOf(rig), [200, 200])
  t.true(saidIn(rig.link('mgmt', false)).includes('service track_down'))
  t.deepEqual(priorityOf(rig), [160, 160])
  rig.link('mgmt', true)
  t.deepEqual(priorityOf(rig), [200, 200])
})

test('an entry or a group that is not there changes nothing', t => {
  const rig = tracking([script])
  t.deepEqual(tracked(rig, 1, 5), [])
  t.deepEqual(rig.step({ kind: 'tracked', group: 'none', index: 0, down: 1 }), [])
})

test('a change of carrier counts after its delay, and not at all if it is undone before', t => {
  const rig = tracking([], { up_delay_ms: 500, down_delay_ms: 200 })
  rig.link('front', true)
  t.is(rig.state.interfaces[0]?.up, undefined)
  rig.pass(500).step({ kind: 'wake' })
  t.is(rig.state.interfaces[0]?.up, true)
  t.deepEqual(saidIn(rig.link('front', false)), [])
  t.deepEqual(saidIn(rig.pass(199).step({ kind: 'wake' })), [])
  t.deepEqual(saidIn(rig.link('front', true)), [])
  t.deepEqual(saidIn(rig.pass(300).step({ kind: 'wake' })), [])
  t.is(rig.state.interfaces[0]?.up, true)
  rig.link('front', false)
  t.true(saidIn(rig.pass(200).step({ kind: 'wake' })).includes('front link_down'))
  rig.link('front', true)
  t.is(rig.state.interfaces[0]?.up, false)
  t.true(saidIn(rig.pass(500).step({ kind: 'wake' })).includes('front link_up'))
})

test('what a backup does not hear while its cable is loose makes it no active router', t => {
  const rig = tracking([], { up_delay_ms: 0, down_delay_ms: 500 })
  rig.toBackup()
  const listen = Number(rig.state.instances[0]?.router.downAt) - rig.now
  rig.pass(listen / 1_000 - 100)
  rig.link('front', false)
  t.deepEqual(saidIn(rig.pass(400).step({ kind: 'wake' })), [])
  rig.link('front', true)
  t.is(Number(rig.state.instances[0]?.router.downAt) - rig.now, listen)
})
