import test from 'ava'
import { answerIn, flipsIn, newRig, type Rig, saidIn, sentIn } from '../../support/rig.ts'

const BOTH = ['front', 'back'] as const

/** Backup with priority 200, an active router with another one on both instances. */
function backupBelow(priority: number): Rig {
  const rig = newRig().toBackup()
  for (const instance of BOTH) rig.hear({ instance, priority })
  return rig
}

const takeover = (rig: Rig) => rig.ask({ command: 'takeover' })

const rulingIn = (effects: Parameters<typeof answerIn>[0]) => {
  const { accepted, groups } = answerIn(effects) as {
    accepted: boolean
    groups: readonly Record<string, unknown>[]
  }
  return { accepted, ...groups[0] }
}

test('O2: takeover opens, reads back, and advertises only then', t => {
  const rig = backupBelow(199)
  const begun = takeover(rig)
  t.deepEqual(flipsIn(begun), ['front open', 'back open'])
  t.deepEqual(sentIn(begun), [])
  t.like(rulingIn(begun), { accepted: true, outcome: 'begun', state: 'opening' })
  const opened = rig.settle(begun.filter(({ kind }) => kind === 'flip'))
  t.deepEqual(saidIn(opened), ['front operator_takeover', 'back operator_takeover'])
  t.deepEqual(sentIn(opened), [
    'front advert 200',
    'front arp 192.0.2.100',
    'back advert 200',
    'back arp 10.77.0.1',
  ])
})

test('a router of the same priority would not yield to a backup: refused, nothing happens', t => {
  const asked = takeover(backupBelow(200))
  t.is(asked.length, 1)
  t.like(rulingIn(asked), {
    accepted: false,
    outcome: 'refused',
    reason: 'priority_too_low',
    facts: { instance: 'front', peer: '192.0.2.12', peer_priority: 200, priority: 200 },
    state: 'backup',
  })
})

test('without an active router it is refused: the timer will do it', t => {
  const rig = newRig().toBackup()
  t.like(rulingIn(takeover(rig)), { accepted: false, reason: 'no_active_heard' })
  const late = backupBelow(100)
  late.pass(3_219)
  t.like(rulingIn(takeover(late)), { accepted: false, reason: 'no_active_heard' })
})

test('an active router that is heard on one instance only might not hear us: refused', t => {
  const rig = newRig().toBackup()
  rig.hear({ instance: 'front', priority: 100 })
  t.like(rulingIn(takeover(rig)), { reason: 'heard_in_part', facts: { instance: 'back' } })
})

test('a group that is active, in standby or not ready says so', t => {
  const active = newRig().toActive()
  t.like(rulingIn(takeover(active)), { accepted: true, outcome: 'unchanged' })
  t.like(rulingIn(takeover(active)), { reason: 'already_active' })
  const held = backupBelow(100)
  held.ask({ command: 'standby' })
  t.like(rulingIn(takeover(held)), { accepted: false, reason: 'in_standby' })
  const begun = newRig()
  t.like(rulingIn(takeover(begun)), { accepted: false, reason: 'loading' })
  begun.settle(begun.begun)
  for (const name of ['front', 'back', 'mgmt']) begun.link(name, true)
  t.like(rulingIn(takeover(begun)), { accepted: false, reason: 'startup_hold' })
})

test('a claim in the first interval and a half is answered as any other', t => {
  const rig = backupBelow(100)
  rig.settle(takeover(rig))
  rig.pass(1_499)
  t.deepEqual(flipsIn(rig.hear({ priority: 100 })), [])
})

test('O3: whoever still claims after that does not hear us: the group is backup again', t => {
  const rig = backupBelow(100)
  rig.settle(takeover(rig))
  rig.pass(1_500)
  const heard = rig.hear({ priority: 100 })
  t.deepEqual(flipsIn(heard), ['front closed', 'back closed'])
  t.true(saidIn(heard).includes('front takeover_ignored'))
  t.is(sentIn(rig.settle(heard)).filter(line => line.endsWith('advert 0')).length, 0)
})

test('a claim long after the takeover has nothing to do with it', t => {
  const rig = backupBelow(100)
  rig.settle(takeover(rig))
  rig.live(4_501)
  t.deepEqual(flipsIn(rig.hear({ priority: 100 })), [])
})

test('who became active by the timer does not give up for a claim of lower priority', t => {
  const rig = newRig().toActive()
  rig.pass(1_600)
  t.deepEqual(flipsIn(rig.hear({ priority: 100 })), [])
})
