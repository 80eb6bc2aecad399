import test from 'ava'
import { openPath, type Port } from '../../../src/agent/shell/path.ts'
import { instant } from '../../../src/agent/units.ts'
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
