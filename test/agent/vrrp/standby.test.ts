import test from 'ava'
import { nextDeadline } from '../../../src/agent/director.ts'
import { pairConfigs } from '../../../src/sim/pair.ts'
import { answerIn, flipsIn, newRig, type Rig, saidIn, sentIn } from '../../support/rig.ts'

const BOTH = ['front', 'back'] as const

/** Active, after the other router was heard on both instances. */
function activeWithPeer(): Rig {
  const rig = newRig().toBackup()
  for (const instance of BOTH) rig.hear({ instance, priority: 100 })
  rig.pass(1)
  return rig.toActive()
}

const standby = (rig: Rig, force?: boolean) =>
  rig.ask(force === undefined ? { command: 'standby' } : { command: 'standby', force })

const rulingIn = (effects: Parameters<typeof answerIn>[0]) => {
  const { accepted, groups } = answerIn(effects) as {
    accepted: boolean
    groups: readonly Record<string, unknown>[]
  }
  return { accepted, ...groups[0] }
}

/** Everybody falls silent: wakes until every Active_Down_Timer has fired. */
function silence(rig: Rig) {
  const downs = rig.state.instances.map(({ router }) => router.downAt ?? 0)
  rig.now = Math.max(...downs) as typeof rig.now
  return rig.step({ kind: 'wake' })
}

test('O1: standby closes first, then sends priority 0 once, and listens for a whole Active_Down', t => {
  const rig = activeWithPeer()
  const begun = standby(rig)
  t.deepEqual(flipsIn(begun), ['front closed', 'back closed'])
  t.deepEqual(sentIn(begun), [])
  t.deepEqual(saidIn(begun), ['front operator_standby', 'back operator_standby'])
  t.like(rulingIn(begun), { accepted: true, outcome: 'begun', state: 'backup' })
  rig.pass(5)
  const [front, back] = begun.filter(effect => effect.kind === 'flip')
  const first = rig.step({ kind: 'done', ticket: front?.ticket ?? 0, errno: 0 })
  t.deepEqual(sentIn(first), ['front advert 0'])
  const second = rig.step({ kind: 'done', ticket: back?.ticket ?? 0, errno: 0 })
  t.deepEqual(sentIn(second), ['back advert 0'])
  const down = rig.state.instances.map(({ router }) => Number(router.downAt) - Number(rig.now))
  t.deepEqual(down, [3_218_750, 3_218_750])
  t.is(rig.state.groups[0]?.standby, 'handing_over')
})

test('no priority 0 is sent while the kernel does not close', t => {
  const rig = activeWithPeer()
  const begun = standby(rig)
  const [front] = begun.filter(effect => effect.kind === 'flip')
  const refused = rig.step({ kind: 'done', ticket: front?.ticket ?? 0, errno: 16 })
  t.deepEqual(sentIn(refused), [])
  t.deepEqual(saidIn(refused), ['front close_failed'])
})

test('another active router completes the hand-over; standby is held then', t => {
  const rig = activeWithPeer()
  rig.settle(standby(rig))
  t.deepEqual(saidIn(rig.hear({ priority: 100 })), ['service handed_over'])
  t.is(rig.state.groups[0]?.standby, 'held')
  t.deepEqual(saidIn(rig.hear({ priority: 100 })), [])
})

test('when nobody takes over, the VIPs are taken back and the order is over', t => {
  const rig = activeWithPeer()
  rig.settle(standby(rig))
  const taken = rig.settle(silence(rig))
  t.deepEqual(flipsIn(taken), ['front open', 'back open'])
  t.deepEqual(
    saidIn(taken).filter(line => line.startsWith('front')),
    ['front standby_unanswered'],
  )
  t.is(rig.state.groups[0]?.standby, undefined)
})

test('held, it takes nothing over when the active router dies, and says so once', t => {
  const rig = activeWithPeer()
  rig.settle(standby(rig))
  for (const instance of BOTH) rig.hear({ instance, priority: 100 })
  const silent = silence(rig)
  t.deepEqual(flipsIn(silent), [])
  t.deepEqual(saidIn(silent), ['service standby_without_active'])
  t.deepEqual(saidIn(rig.pass(60_000).step({ kind: 'wake' })), [])
})

test('held, it does not preempt although failback is automatic; after join it does again', t => {
  const rig = newRig(pairConfigs({ failback: 'automatic' })[0]).toBackup()
  for (const instance of BOTH) rig.hear({ instance, priority: 100 })
  t.like(rulingIn(standby(rig)), { accepted: true, reason: 'already_backup', state: 'backup' })
  rig.pass(3_000)
  for (const instance of BOTH) rig.hear({ instance, priority: 100 })
  t.is(Number(rig.state.instances[0]?.router.downAt) - Number(rig.now), 3_218_750)
  t.deepEqual(saidIn(rig.ask({ command: 'join' })), ['service operator_join'])
  const until = rig.state.instances[0]?.router.downAt
  rig.pass(1_000).hear({ priority: 100 })
  t.is(rig.state.instances[0]?.router.downAt, until)
})

test('join listens for a whole Active_Down where everybody was silent, then takes over', t => {
  const rig = activeWithPeer()
  rig.settle(standby(rig, true))
  t.deepEqual(saidIn(silence(rig)), ['service standby_without_active'])
  rig.pass(1_000)
  t.like(rulingIn(rig.ask({ command: 'join' })), { accepted: true, outcome: 'begun' })
  t.is(Number(rig.state.instances[1]?.router.downAt) - Number(rig.now), 3_218_750)
  t.deepEqual(flipsIn(silence(rig)), ['front open', 'back open'])
})

test('an active node that never heard another router refuses, and nothing happens', t => {
  const rig = newRig().toActive()
  const asked = standby(rig)
  t.is(asked.length, 1)
  t.like(rulingIn(asked), {
    accepted: false,
    outcome: 'refused',
    reason: 'no_router_heard',
    facts: { instance: 'front' },
    state: 'active',
  })
  rig.hear({ priority: 100 })
  t.like(rulingIn(standby(rig)), { reason: 'no_router_heard', facts: { instance: 'back' } })
})

test('with force it goes although nobody was heard, and stays away', t => {
  const rig = newRig().toActive()
  t.deepEqual(sentIn(rig.settle(standby(rig, true))), ['front advert 0', 'back advert 0'])
  t.is(rig.state.groups[0]?.standby, 'held')
  t.deepEqual(flipsIn(silence(rig)), [])
})

test('force turns a hand-over under way into one that is not taken back', t => {
  const rig = activeWithPeer()
  rig.settle(standby(rig))
  t.like(rulingIn(standby(rig)), { accepted: true, outcome: 'unchanged', reason: 'in_standby' })
  t.like(rulingIn(standby(rig, true)), { accepted: true, outcome: 'begun' })
  t.deepEqual(flipsIn(silence(rig)), [])
})

test('a backup that hears no active router now refuses', t => {
  const rig = newRig().toBackup()
  t.like(rulingIn(standby(rig)), { accepted: false, reason: 'no_active_heard' })
  rig.hear({ priority: 0 })
  t.like(rulingIn(standby(rig)), { accepted: false, reason: 'no_active_heard' })
  rig.hear({ priority: 100 })
  t.like(rulingIn(standby(rig)), { accepted: true })
})

test('who owns the addresses cannot stand by, nor who stops', t => {
  const rig = newRig(pairConfigs({ priorities: [255, 100] })[0]).toBackup()
  t.like(rulingIn(standby(rig, true)), { accepted: false, reason: 'address_owner' })
  const stopping = activeWithPeer()
  stopping.step({ kind: 'stop' })
  t.like(rulingIn(standby(stopping)), { accepted: false, reason: 'stopping' })
  t.like(rulingIn(stopping.ask({ command: 'takeover' })), { reason: 'stopping' })
})

test('a lost link in the middle still sends the priority 0 that is owed, and standby stays', t => {
  const rig = activeWithPeer()
  const begun = standby(rig)
  rig.link('mgmt', false)
  rig.link('back', false)
  const [front] = begun.filter(effect => effect.kind === 'flip')
  const closed = rig.step({ kind: 'done', ticket: front?.ticket ?? 0, errno: 0 })
  t.deepEqual(sentIn(closed), ['front advert 0'])
  t.is(rig.state.groups[0]?.standby, 'handing_over')
  t.is(nextDeadline(rig.state)?.timer.startsWith('active_down'), false)
})

test('join without standby changes nothing', t => {
  const asked = activeWithPeer().ask({ command: 'join' })
  t.is(asked.length, 1)
  t.like(rulingIn(asked), { accepted: true, outcome: 'unchanged', reason: 'not_in_standby' })
})
