import test from 'ava'
import { pairConfigs } from '../../../src/sim/pair.ts'
import { newRig } from '../../support/rig.ts'

const rigWith = (failback_delay_ms: number) =>
  newRig(pairConfigs({ failback: 'automatic', failback_delay_ms })[0])

const preempts = (rig: ReturnType<typeof newRig>) =>
  rig.state.instances.map(({ router }) => router.preempt)

test('without a delay automatic failback preempts from the start', t => {
  t.deepEqual(preempts(rigWith(0).toBackup() as ReturnType<typeof newRig>), [true, true])
})

test('with a delay a backup preempts only after it was backup that long', t => {
  const rig = rigWith(10_000)
  rig.toBackup()
  t.deepEqual(preempts(rig), [false, false])
  const beganAt = Number(rig.state.groups[0]?.failbackAt) - 10_000_000
  t.is(beganAt, Number(rig.now))
  for (let second = 0; second < 10; second += 1) {
    for (const instance of ['front', 'back']) rig.hear({ instance, priority: 100 })
    t.deepEqual(preempts(rig), [false, false])
    rig.pass(1_000)
    rig.step({ kind: 'wake' })
  }
  t.deepEqual(preempts(rig), [true, true])
  t.is(rig.state.groups[0]?.failbackAt, undefined)
})

test('a change of the group begins the delay anew', t => {
  const rig = rigWith(10_000)
  rig.toBackup()
  rig.pass(5_000)
  rig.settle(rig.link('front', false))
  t.is(rig.state.groups[0]?.failbackAt, undefined)
  rig.settle(rig.link('front', true))
  rig.pass(2_000)
  rig.settle(rig.step({ kind: 'wake' }))
  t.is(rig.state.groups[0]?.role, 'backup')
  t.is(Number(rig.state.groups[0]?.failbackAt), Number(rig.now) + 10_000_000)
})
