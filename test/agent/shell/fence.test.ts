import test from 'ava'
import { openFence } from '../../../src/agent/shell/fence.ts'
import { milliseconds } from '../../../src/agent/units.ts'
import { putChildren } from '../../support/children.ts'

function rig(hook: string | undefined, refusals?: Parameters<typeof putChildren>[0]) {
  const children = putChildren(refusals)
  const answers: string[] = []
  const fencing = hook === undefined ? undefined : { hook, timeout_ms: 1 }
  const fence = openFence(fencing, children.watcher, (ticket, errno) =>
    answers.push(`${ticket} ${errno}`),
  )
  const run = (ticket: number) =>
    fence.run({ kind: 'fence', ticket, timeout: milliseconds(900) } as const)
  return { ...children, fence, answers, run }
}

test.serial('fencing succeeds only by a program that ends with 0 in its time', t => {
  const { answers, run, end, fence, expire, done } = rig('/hook')
  run(1)
  run(2)
  end(100, 0)
  run(3)
  end(101, 3)
  run(4)
  expire(fence, 899)
  t.deepEqual(answers, ['2 16', '1 0', '3 5'])
  expire(fence, 900)
  t.deepEqual(answers.at(-1), '4 110')
  t.is(done.at(-1), 'kill 102')
})

test.serial('a hook that was killed for its time is reaped, and answers no second time', t => {
  const { answers, run, end, fence, expire, done } = rig('/hook')
  run(1)
  expire(fence, 900)
  end(100, 0)
  t.is(done.at(-1), 'reap 100 0')
  t.deepEqual(answers, ['1 110'])
  t.is(fence.nextDeadline(), undefined)
})

test.serial('a hook that cannot be watched is ended, and counts as failed', t => {
  const { answers, run, done } = rig('/hook', { watch: 24 })
  run(1)
  t.deepEqual(answers, ['1 24'])
  t.deepEqual(done, ['start /hook', 'kill 100'])
})

test.serial('fencing without a hook, or with one that is not there, fails at once', t => {
  const without = rig(undefined)
  without.run(1)
  const absent = rig('/absent', { start: 2 })
  absent.run(2)
  t.deepEqual([...without.answers, ...absent.answers], ['1 2', '2 2'])
})
