import test from 'ava'
import { newRig } from '../support/rig.ts'

test('the history of an instance is bounded', t => {
  const rig = newRig().toActive()
  for (let count = 0; count < 40; count += 1) {
    rig.settle(rig.link('front', false))
    rig.settle(rig.link('front', true))
    rig.pass(2_000)
    rig.settle(rig.step({ kind: 'wake' }))
  }
  t.is(rig.state.instances[0]?.history.length, 32)
})

test('an answer to nothing changes nothing', t => {
  const rig = newRig().toActive()
  t.deepEqual(rig.step({ kind: 'done', ticket: 4_097_000, errno: 5 }), [])
  t.deepEqual(rig.step({ kind: 'done', ticket: 77, errno: 0 }), [])
  t.deepEqual(rig.step({ kind: 'probe', probe: 999_999, errno: 0 }), [])
  t.deepEqual(rig.step({ kind: 'ipvs_table', ticket: 4_096, services: [] }), [])
  t.deepEqual(rig.step({ kind: 'link', interface: 'nowhere', up: false, mac: '' }), [])
})

test('the state survives JSON, but for the bytes of frames', t => {
  const rig = newRig().toActive()
  const copy = JSON.parse(JSON.stringify(rig.state))
  t.is(copy.phase, 'listening')
  t.deepEqual(copy.groups, JSON.parse(JSON.stringify(rig.state.groups)))
})
