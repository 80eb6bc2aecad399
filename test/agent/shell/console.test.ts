import test from 'ava'
import { openConsole, stamp } from '../../../src/agent/shell/console.ts'
import { openPoll } from '../../../src/agent/shell/poll.ts'
import { instant } from '../../../src/agent/units.ts'
import { putHost } from '../../support/fake-host.ts'

const EAGAIN = 11

test('a line begins with the seconds since boot, as those of the kernel do', t => {
  t.is(stamp(instant(12_345_678)), '[   12.345678]')
  t.is(stamp(instant(7)), '[    0.000007]')
  t.is(stamp(instant(123_456_000_001)), '[123456.000001]')
})

test.serial('a console that takes pieces gets every byte once', t => {
  let taken = ''
  let room = 7
  const ready: (() => void)[] = []
  putHost({
    consoleOut: () => 5,
    write(fd, bytes) {
      t.is(fd, 5)
      if (room === 0) return -EAGAIN
      const piece = bytes.subarray(0, room)
      room = 0
      taken += Buffer.from(piece).toString()
      return piece.length
    },
  })
  const lines = openConsole({
    watch: (_fd, _events, handler) => ready.push(handler),
    forget: () => undefined,
  })
  lines.say(instant(0), 'first')
  lines.say(instant(0), 'second ä')
  for (let turn = 0; turn < 20; turn += 1) {
    room = 7
    ready.at(-1)?.()
  }
  t.is(taken, '[    0.000000] first\n[    0.000000] second ä\n')
  t.is(lines.dropped(), 0)
})

test.serial('what a stuck console cannot take is dropped, counted and told once it moves', t => {
  let isStuck = true
  let taken = ''
  const fake = putHost({
    consoleOut: () => 5,
    write(_fd, bytes) {
      if (isStuck) return -EAGAIN
      taken += Buffer.from(bytes).toString()
      return bytes.length
    },
  })
  const poll = openPoll()
  const lines = openConsole(poll)
  for (let count = 0; count < 1_000; count += 1) lines.say(instant(count), 'x'.repeat(100))
  const dropped = lines.dropped()
  t.true(dropped > 500 && dropped < 1_000, `${dropped}`)
  t.is(fake.watched.get(5), 4)
  isStuck = false
  lines.say(instant(5), 'lost too: the queue is still full')
  t.is(lines.dropped(), dropped + 1)
  Object.assign(host, {
    wait(_until: number, ready: Int32Array) {
      ready.set([5, 4])
      return 1
    },
  })
  poll.turn(instant(0))
  t.is(fake.watched.get(5), undefined)
  lines.say(instant(6), 'after')
  const ends = taken.trim().split('\n').slice(-2)
  t.deepEqual(ends, [
    `[    0.000006] directord: ${dropped + 1} lines were dropped here`,
    '[    0.000006] after',
  ])
})

test.serial('a console that is gone costs its lines and nothing else', t => {
  const fake = putHost({ consoleOut: () => 5, write: () => -5 })
  const lines = openConsole(openPoll())
  for (let count = 0; count < 1_000; count += 1) lines.say(instant(count), 'x'.repeat(100))
  t.is(lines.dropped(), 0)
  t.is(fake.watched.size, 0)
})
