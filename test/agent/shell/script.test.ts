import test from 'ava'
import { openScript } from '../../../src/agent/shell/script.ts'
import { instant, milliseconds } from '../../../src/agent/units.ts'
import { putHost } from '../../support/fake-host.ts'

function rig(options: { readonly pid?: number } = {}) {
  const done: string[] = []
  const told: number[] = []
  const state: { code: number; ready: () => void } = { code: -11, ready: () => undefined }
  const fake = putHost({
    childStart: path => {
      done.push(`start ${path}`)
      return options.pid ?? 40
    },
    childWatch: () => 9,
    childEnd: () => state.code,
    childKill: pid => done.push(`kill ${pid}`),
  })
  const watcher = {
    watch: (_fd: number, _events: number, ready: () => void) => {
      state.ready = ready
    },
    forget: () => undefined,
  }
  const script = openScript(
    { path: '/check', interval: milliseconds(1_000), timeout: milliseconds(300) },
    watcher,
    down => told.push(down),
  )
  const at = (ms: number) => script.expire(instant(ms * 1_000))
  return { done, told, state, fake, script, at }
}

test.serial('a script runs at once and then once in its interval; its exit code is told', t => {
  const { done, told, state, script, at, fake } = rig()
  at(0)
  t.is(script.nextDeadline(), instant(300_000))
  state.code = 0
  state.ready()
  t.deepEqual(told, [0])
  t.deepEqual(fake.closed, [9])
  t.is(script.nextDeadline(), instant(1_000_000))
  at(999)
  t.is(done.length, 1)
  at(1_000)
  state.code = 3
  state.ready()
  t.deepEqual(told, [0, 1])
})

test.serial('one that takes too long is killed once, and counts as down whatever it says', t => {
  const { done, told, state, script, at } = rig()
  at(0)
  at(300)
  at(400)
  t.deepEqual(done, ['start /check', 'kill 40'])
  t.is(script.nextDeadline(), undefined)
  state.ready()
  t.deepEqual(told, [])
  state.code = 0
  state.ready()
  t.deepEqual(told, [1])
})

test.serial('one that cannot be started is down, and is tried again', t => {
  const { done, told, script, at } = rig({ pid: -2 })
  at(0)
  t.deepEqual(told, [1])
  t.is(script.nextDeadline(), instant(1_000_000))
  at(1_000)
  t.is(done.length, 2)
})
