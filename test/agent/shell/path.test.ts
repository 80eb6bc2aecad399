import test from 'ava'
import { openFence } from '../../../src/agent/shell/fence.ts'
import { openPath, type Port } from '../../../src/agent/shell/path.ts'
import { instant, milliseconds } from '../../../src/agent/units.ts'
import { putHost } from '../../support/fake-host.ts'

const NO_COUNTS = { overrun: 0, buffer_overrun: 0, framing: 0, parity: 0, breaks: 0 }

/** A path over a port that does what the test says. */
function open(port: Partial<Port> = {}) {
  const fake = putHost({})
  const heard: string[] = []
  const told: string[] = []
  const ready = new Map<number, () => void>()
  const watcher = {
    watch: (fd: number, _events: number, handler: () => void) => void ready.set(fd, handler),
    forget: (fd: number) => void ready.delete(fd),
  }
  const whole: Port = {
    open: () => 7,
    read: () => -11,
    write: (_fd, bytes) => bytes.length,
    counters: () => undefined,
    isLost: errno => errno !== 11,
    ...port,
  }
  const path = openPath('line', whole, watcher, {
    heard: bytes => heard.push(Buffer.from(bytes).toString()),
    changed: event => told.push(JSON.stringify(event)),
  })
  return { path, heard, told, ready, closed: fake.closed }
}

test.serial('a path is told of once when it opens, and again when its counters change', t => {
  let framing = 0
  const { path, told } = open({ counters: () => ({ ...NO_COUNTS, framing }) })
  t.deepEqual(told, [])
  path.expire(instant(0))
  path.expire(instant(499_999))
  framing = 2
  path.expire(instant(500_000))
  path.expire(instant(1_000_000))
  t.is(told.length, 2)
  t.regex(told[0] ?? '', /"open":true,"errno":0,"unsent":0.*"framing":0/)
  t.regex(told[1] ?? '', /"framing":2/)
})

test.serial('what comes in is given on until nothing is left', t => {
  const pieces = ['one', 'two']
  const { path, heard, ready } = open({
    read(_fd, into) {
      const piece = pieces.shift()
      if (piece === undefined) return -11
      into.set(Buffer.from(piece))
      return piece.length
    },
  })
  path.expire(instant(0))
  ready.get(7)?.()
  t.deepEqual(heard, ['one', 'two'])
})

test.serial('an adapter that is pulled is closed, and opened again when it returns', t => {
  let fd = 7
  const { path, told, ready, closed } = open({ open: () => fd, read: () => 0 })
  path.expire(instant(0))
  ready.get(7)?.()
  t.deepEqual(closed, [7])
  fd = -2
  path.expire(path.nextDeadline())
  fd = 8
  path.expire(path.nextDeadline())
  t.true(ready.has(8))
  t.deepEqual(
    told.map(text => JSON.parse(text)).map(({ open, errno }) => [open, errno]),
    [
      [true, 0],
      [false, 5],
      [false, 2],
      [true, 0],
    ],
  )
})

test.serial('a frame that a busy port does not take whole is counted and never sent later', t => {
  const taken = [-11, 3, 5]
  const { path, told } = open({ write: () => taken.shift() ?? 0 })
  path.expire(instant(0))
  for (let frames = 0; frames < 3; frames += 1) path.beat(new Uint8Array(5))
  path.expire(path.nextDeadline())
  t.regex(told.at(-1) ?? '', /"unsent":2/)
  t.deepEqual(taken, [])
})

/** A fence over children with the process ids 100, 101 and so on. */
function fence(codes: Record<number, number> = {}) {
  const answers: string[] = []
  const killed: number[] = []
  const ready = new Map<number, () => void>()
  let pid = 99
  const fake = putHost({
    childStart: path => {
      pid += 1
      return path === '/absent' ? -2 : pid
    },
    childWatch: of => of + 1_000,
    childEnd: of => codes[of] ?? -11,
    childKill: of => killed.push(of),
  })
  const watcher = {
    watch: (fd: number, _events: number, handler: () => void) => void ready.set(fd, handler),
    forget: (fd: number) => void ready.delete(fd),
  }
  const on = (hook: string | undefined) =>
    openFence(hook === undefined ? undefined : { hook, timeout_ms: 1 }, watcher, (ticket, errno) =>
      answers.push(`${ticket} ${errno}`),
    )
  return { on, answers, killed, ready, fake }
}

const run = (ticket: number) => ({ kind: 'fence', ticket, timeout: milliseconds(900) }) as const

test.serial('fencing succeeds only by a program that ends with 0 in its time', t => {
  const { on, answers, killed, ready } = fence({ 100: 0, 101: 3 })
  const hook = on('/hook')
  hook.run(run(1))
  hook.run(run(2))
  ready.get(1_100)?.()
  hook.run(run(3))
  ready.get(1_101)?.()
  hook.run(run(4))
  hook.expire(instant(899_999))
  t.deepEqual(answers, ['2 16', '1 0', '3 5'])
  hook.expire(instant(900_000))
  t.deepEqual(answers.at(-1), '4 110')
  t.deepEqual(killed, [102])
  t.is(ready.size, 0)
})

test.serial('fencing without a hook, or with one that is not there, fails at once', t => {
  const { on, answers } = fence()
  on(undefined).run(run(1))
  on('/absent').run(run(2))
  t.deepEqual(answers, ['1 2', '2 2'])
})
