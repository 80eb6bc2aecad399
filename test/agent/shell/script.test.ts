import test from 'ava'
import { openScript } from '../../../src/agent/shell/script.ts'
import { instant, milliseconds } from '../../../src/agent/units.ts'
import { putChildren } from '../../support/children.ts'

function rig(refusals?: Parameters<typeof putChildren>[0]) {
  const children = putChildren(refusals)
  const told: number[] = []
  const times = { interval: milliseconds(1_000), timeout: milliseconds(300) }
  const script = openScript({ path: '/check', ...times }, children.watcher, down => told.push(down))
  const at = (ms: number) => children.expire(script, ms)
  return { ...children, script, told, at }
}

test.serial('a script runs at once and then once in its interval; its exit code is told', t => {
  const { done, told, script, at, end } = rig()
  at(0)
  t.is(script.nextDeadline(), instant(300_000))
  end(100, 0)
  t.deepEqual(told, [0])
  t.is(script.nextDeadline(), instant(1_000_000))
  at(999)
  t.false(done.slice(1).includes('start /check'))
  at(1_000)
  end(101, 3)
  t.deepEqual(told, [0, 1])
})

test.serial('one that takes too long is down at its time, whatever it says afterwards', t => {
  const { told, at, end, done } = rig()
  at(0)
  at(300)
  t.deepEqual(told, [1])
  at(1_000)
  t.is(done.filter(what => what.startsWith('start')).length, 1)
  end(100, 0)
  t.deepEqual(told, [1])
  at(1_001)
  t.is(done.at(-1), 'start /check')
})

test.serial('one that cannot be started is down, and is tried again', t => {
  const { done, told, script, at } = rig({ start: 2 })
  at(0)
  t.deepEqual(told, [1])
  t.is(script.nextDeadline(), instant(1_000_000))
  at(1_000)
  t.is(done.length, 2)
})
