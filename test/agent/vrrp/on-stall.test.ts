import test from 'ava'
import { flipsIn, newRig, saidIn, sentIn } from '../../support/rig.ts'

test('a director that was stalled past three intervals yields before it sends anything', t => {
  const rig = newRig().toActive()
  rig.pass(3_000)
  const woken = rig.step({ kind: 'wake' })
  t.deepEqual(sentIn(woken), [])
  t.deepEqual(flipsIn(woken), ['front closed', 'back closed'])
  t.deepEqual(saidIn(woken), ['front loop_stalled', 'back loop_stalled'])
  t.deepEqual(sentIn(rig.settle(woken)), [])
})

test('what waited for a director that was stalled is read by one that has yielded', t => {
  const rig = newRig().toActive()
  rig.pass(3_000)
  const heard = rig.step({ kind: 'pong', target: '192.0.2.1', sequence: 1 })
  t.deepEqual(sentIn(heard), [])
  t.deepEqual(flipsIn(heard), ['front closed', 'back closed'])
  t.deepEqual(saidIn(heard), ['front loop_stalled', 'back loop_stalled'])
})

test('a backup that was stalled says so and listens on', t => {
  const rig = newRig().toBackup()
  rig.pass(9_000)
  const woken = rig.step({ kind: 'wake' })
  t.deepEqual(flipsIn(woken), [])
  t.deepEqual(
    saidIn(woken).filter(line => line.endsWith('loop_late')),
    ['front loop_late', 'back loop_late'],
  )
})
