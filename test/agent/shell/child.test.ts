import test from 'ava'
import { openChild } from '../../../src/agent/shell/child.ts'
import { instant, milliseconds } from '../../../src/agent/units.ts'
import { putChildren } from '../../support/children.ts'

const program = { path: '/check', timeout: milliseconds(300) }

function rig(refusals?: Parameters<typeof putChildren>[0]) {
  const children = putChildren(refusals)
  const child = openChild(children.watcher)
  const told: number[] = []
  const run = () => child.run(program, errno => told.push(errno))
  const at = (ms: number) => children.expire(child, ms)
  return { ...children, child, told, run, at }
}

test.serial('a program that ends with 0 in its time tells 0, with another code an error', t => {
  const { child, told, run, end, closed, ready } = rig()
  run()
  t.is(child.nextDeadline(), instant(300_000))
  end(100, 0)
  t.is(child.nextDeadline(), undefined)
  run()
  end(101, 3)
  run()
  end(102, 137)
  t.deepEqual(told, [0, 5, 5])
  t.deepEqual(closed, [1_100, 1_101, 1_102])
  t.is(ready.size, 0)
})

test.serial('a descriptor that is ready although the program runs ends nothing', t => {
  const { told, run, ready, closed, at, done } = rig()
  run()
  ready.get(1_100)?.()
  at(299)
  t.deepEqual(told, [])
  t.deepEqual(closed, [])
  t.false(done.includes('kill 100'))
})

test.serial('one that takes too long is told at its time, killed once, and reaped', t => {
  const { child, told, run, end, at, done, closed } = rig()
  run()
  at(300)
  t.deepEqual(told, [110])
  t.deepEqual(done, ['start /check', 'kill 100'])
  at(301)
  end(100, 137)
  t.deepEqual(done.slice(2), ['reap 100 137'])
  t.deepEqual(told, [110])
  t.deepEqual(closed, [1_100])
  t.is(child.nextDeadline(), undefined)
})

test.serial('one that the kernel cannot end yet is looked for every second', t => {
  const { child, told, run, at, done, end } = rig()
  run()
  at(300)
  at(1_299)
  t.is(done.length, 2)
  at(1_300)
  t.deepEqual(done.slice(2), ['reap 100 -11'])
  t.is(child.nextDeadline(), instant(2_300_000))
  run()
  t.deepEqual(told, [110, 16])
  end(100, 137)
  run()
  t.is(done.at(-1), 'start /check')
})

test.serial('one that cannot be watched is killed at once, and reaped a second later', t => {
  const { child, told, run, at, done, end, closed } = rig({ watch: 24 })
  run()
  t.deepEqual(told, [24])
  t.deepEqual(done, ['start /check', 'kill 100'])
  end(100, 137)
  at(999)
  t.is(done.length, 2)
  at(1_000)
  t.deepEqual(done.slice(2), ['reap 100 137'])
  t.deepEqual(told, [24])
  t.deepEqual(closed, [])
  t.is(child.nextDeadline(), undefined)
})

test.serial('one that cannot be started tells why, and leaves room for the next', t => {
  const { child, told, run } = rig({ start: 2 })
  run()
  run()
  t.deepEqual(told, [2, 2])
  t.is(child.nextDeadline(), undefined)
})
