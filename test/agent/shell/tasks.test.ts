import test from 'ava'
import type { KernelPort } from '../../../src/agent/kernel/run.ts'
import { andThen, done, failed, file, forEach, type Talk } from '../../../src/agent/kernel/talk.ts'
import { openTasks } from '../../../src/agent/shell/tasks.ts'

function open() {
  const steps: string[] = []
  const port: KernelPort = {
    takeSequences: () => 1,
    send: () => 0,
    receive: () => -11,
    file(step) {
      steps.push(step.path)
      return { errno: 0 }
    },
  }
  return { tasks: openTasks(port), steps }
}

const read = (path: string, times: number): Talk<string> =>
  andThen(
    forEach(Array.from({ length: times }), () => file({ kind: 'read', path })),
    () => done(path),
  )

test('a long talk is cut over turns, and the next one waits for its end', t => {
  const { tasks, steps } = open()
  const ended: string[] = []
  const end = (value: string) => ended.push(value)
  tasks.add(read('long', 130), end, () => t.fail())
  tasks.add(read('short', 1), end, () => t.fail())
  tasks.work()
  t.true(tasks.hasWork())
  t.is(steps.length, 64)
  tasks.work()
  t.true(tasks.hasWork())
  t.deepEqual(ended, [])
  tasks.work()
  t.true(tasks.hasWork())
  t.deepEqual(ended, ['long'])
  tasks.work()
  t.false(tasks.hasWork())
  t.deepEqual(ended, ['long', 'short'])
  t.is(steps.length, 131)
})

test('a talk that fails says so, and what its end adds comes after what waits', t => {
  const { tasks } = open()
  const order: string[] = []
  const add = (name: string) =>
    tasks.add(
      done(name),
      value => order.push(value),
      () => t.fail(),
    )
  tasks.add(
    failed(5, 'look'),
    () => t.fail(),
    failure => {
      order.push(failure.step)
      add('third')
    },
  )
  add('second')
  while (tasks.hasWork()) tasks.work()
  t.deepEqual(order, ['look', 'second', 'third'])
})

test('more talks than can wait are refused', t => {
  const { tasks } = open()
  const results = Array.from({ length: 70 }, () =>
    tasks.add(
      done(0),
      () => undefined,
      () => undefined,
    ),
  )
  t.is(results.filter(taken => taken).length, 64)
})
