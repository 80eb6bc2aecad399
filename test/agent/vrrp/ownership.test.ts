import test from 'ava'
import { nextDeadline } from '../../../src/agent/director.ts'
import { flipsIn, newRig, only, saidIn, sentIn } from '../../support/rig.ts'

test('when the kernel refuses to open, nothing is announced and the group waits in fault', t => {
  const rig = newRig().toBackup()
  rig.now = (rig.state.instances[0]?.router.downAt ?? 0) as typeof rig.now
  const taken = rig.step({ kind: 'wake' })
  const [front, back] = taken.filter(effect => effect.kind === 'flip')
  const opened = rig.step({ kind: 'done', ticket: back?.ticket ?? 0, errno: 0 })
  t.deepEqual(sentIn(opened), ['back advert 200', 'back arp 10.77.0.1'])
  const refused = rig.step({ kind: 'done', ticket: front?.ticket ?? 0, errno: 1 })
  t.deepEqual(saidIn(refused), ['front open_failed', 'front open_failed', 'back open_failed'])
  t.deepEqual(flipsIn(refused), ['front closed', 'back closed'])
  t.deepEqual(sentIn(rig.settle(refused)), ['front advert 0', 'back advert 0'])
  rig.pass(4_999)
  t.is(rig.state.groups[0]?.blocked, undefined)
  rig.step({ kind: 'wake' })
  t.is(rig.state.groups[0]?.role, 'initialize')
  rig.pass(1)
  rig.step({ kind: 'wake' })
  t.is(rig.state.groups[0]?.role, 'backup')
})

test('a flip that nobody answers has failed after a second', t => {
  const rig = newRig().toBackup()
  rig.now = (rig.state.instances[0]?.router.downAt ?? 0) as typeof rig.now
  const taken = rig.step({ kind: 'wake' })
  rig.pass(1_000)
  t.true(saidIn(rig.step({ kind: 'wake' })).includes('front open_failed'))
  const [late] = taken.filter(effect => effect.kind === 'flip')
  t.deepEqual(sentIn(rig.step({ kind: 'done', ticket: late?.ticket ?? 0, errno: 0 })), [])
  t.is(rig.state.loop.stale_answers, 1)
})

test('a VIP that does not close is tried again, alarmed once, and no release is sent', t => {
  const rig = newRig().toActive()
  const lost = rig.link('back', false)
  const refused = rig.settle(lost, 16)
  t.deepEqual(sentIn(refused), [])
  t.deepEqual(
    saidIn(refused).filter(line => line.endsWith('close_failed')),
    ['front close_failed', 'back close_failed'],
  )
  rig.pass(100)
  const again = rig.step({ kind: 'wake' })
  t.deepEqual(flipsIn(again), ['front closed', 'back closed'])
  t.deepEqual(sentIn(rig.settle(again)), ['front advert 0'])
})

test('A2: a clean stop closes the VIPs, sends priority 0 once they are seen closed, then exits', t => {
  const rig = newRig().toActive()
  const stopping = rig.step({ kind: 'stop' })
  t.deepEqual(flipsIn(stopping), ['front closed', 'back closed'])
  t.deepEqual(sentIn(stopping), [])
  const flips = stopping.filter(effect => effect.kind === 'flip')
  const first = rig.step({ kind: 'done', ticket: flips[0]?.ticket ?? 0, errno: 0 })
  t.deepEqual(sentIn(first), ['front advert 0'])
  t.deepEqual(only(first, 'exit'), [])
  const second = rig.step({ kind: 'done', ticket: flips[1]?.ticket ?? 0, errno: 0 })
  t.deepEqual(sentIn(second), ['back advert 0'])
  t.deepEqual(second.at(-1), { kind: 'exit', code: 0 })
  t.is(nextDeadline(rig.state), undefined)
  t.deepEqual(rig.step({ kind: 'wake' }), [])
})

test('B2: a backup stops without a word on the network', t => {
  const rig = newRig().toBackup()
  const stopping = rig.step({ kind: 'stop' })
  t.deepEqual(sentIn(stopping), [])
  t.deepEqual(stopping.at(-1), { kind: 'exit', code: 0 })
})

test('a stop that the kernel does not follow ends with code 1 and an alarm', t => {
  const rig = newRig().toActive()
  rig.step({ kind: 'stop' })
  rig.pass(1_500)
  const ended = rig.step({ kind: 'wake' })
  t.true(saidIn(ended).includes('lb1 stopped_with_open_vips'))
  t.deepEqual(ended.at(-1), { kind: 'exit', code: 1 })
  t.deepEqual(sentIn(ended), [])
})
