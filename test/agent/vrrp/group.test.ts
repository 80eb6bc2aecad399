import test from 'ava'
import { flipsIn, newRig, only, saidIn, sentIn } from '../../support/rig.ts'

test('a member that still hears the active router holds the whole group', t => {
  const rig = newRig().toBackup()
  rig.pass(3_000)
  t.deepEqual(flipsIn(rig.hear({ instance: 'back', priority: 254 })), [])
  rig.pass(300)
  t.deepEqual(flipsIn(rig.step({ kind: 'wake' })), [])
  rig.pass(1_200)
  t.deepEqual(saidIn(rig.hear({ instance: 'back', priority: 254 })), [
    'front silence_held_by_group',
  ])
  rig.pass(3_219)
  t.deepEqual(flipsIn(rig.step({ kind: 'wake' })), ['front open', 'back open'])
})

test('priority 0 on one member lets the whole group go ahead after the skew', t => {
  const rig = newRig().toBackup()
  rig.hear({ instance: 'front', priority: 254 })
  rig.hear({ instance: 'back', priority: 254 })
  rig.pass(100)
  rig.hear({ instance: 'front', priority: 0 })
  rig.pass(218)
  t.deepEqual(flipsIn(rig.step({ kind: 'wake' })), [])
  rig.pass(1)
  const taken = rig.settle(rig.step({ kind: 'wake' }))
  t.deepEqual(flipsIn(taken), ['front open', 'back open'])
  t.deepEqual(saidIn(taken), ['front peer_released', 'back peer_released'])
})

test('priority 0 of another router than the one we follow hastens nobody else', t => {
  const rig = newRig().toBackup()
  rig.hear({ instance: 'front', priority: 254 })
  rig.hear({ instance: 'back', priority: 253 })
  rig.hear({ instance: 'back', priority: 0 })
  t.is(Number(rig.state.instances[0]?.router.downAt) - rig.now, 3_218_750)
  rig.hear({ instance: 'back', priority: 254 })
  rig.hear({ instance: 'back', priority: 0, source: '10.77.0.99' })
  t.is(Number(rig.state.instances[0]?.router.downAt) - rig.now, 3_218_750)
  rig.hear({ instance: 'back', priority: 254 })
  rig.hear({ instance: 'back', priority: 0 })
  t.is(Number(rig.state.instances[0]?.router.downAt) - rig.now, 218_750)
})

test('a link that is lost releases the group: closed first, then priority 0 where there is a link', t => {
  const rig = newRig().toActive()
  const lost = rig.link('back', false)
  t.deepEqual(flipsIn(lost), ['front closed', 'back closed'])
  t.deepEqual(sentIn(lost), [])
  t.deepEqual(saidIn(lost), ['back link_down', 'front link_down', 'back link_down'])
  t.deepEqual(sentIn(rig.settle(lost)), ['front advert 0'])
  t.is(rig.state.groups[0]?.role, 'initialize')
})

test('a backup whose link is lost sends nothing and flips nothing', t => {
  const rig = newRig().toBackup()
  const lost = rig.link('front', false)
  t.deepEqual(only(lost, 'flip', 'send'), [])
})

test('a lost address releases the group as well', t => {
  const rig = newRig().toActive()
  const lost = rig.settle(rig.link('front', true, ''))
  t.deepEqual(sentIn(lost), ['back advert 0'])
  t.true(saidIn(lost).includes('front address_missing'))
})
