import test from 'ava'
import { openWatchdog } from '../../../src/agent/shell/watchdog.ts'
import { instant } from '../../../src/agent/units.ts'
import { putHost } from '../../support/fake-host.ts'

/** A device that answers each opening with the next of these. */
function rig(...openings: number[]) {
  const written: string[] = []
  const said: string[] = []
  const fake = putHost({
    watchdog: (_path, timeout_s) => {
      written.push(`open ${timeout_s}`)
      return openings.length > 1 ? (openings.shift() ?? 0) : (openings[0] ?? 0)
    },
    write: (_fd, bytes) => {
      written.push(Buffer.from(bytes).toString('hex'))
      return bytes.length
    },
  })
  const watchdog = openWatchdog(10, line => said.push(line))
  const at = (ms: number) => watchdog.expire(instant(ms * 1_000))
  return { watchdog, written, said, at, closed: fake.closed }
}

test.serial('the watchdog is fed four times within its timeout', t => {
  const { watchdog, written, at } = rig(7)
  at(0)
  at(2_499)
  t.is(watchdog.nextDeadline(), instant(2_500_000))
  at(2_500)
  at(5_000)
  t.deepEqual(written, ['open 10', '00', '00', '00'])
  t.true(watchdog.isRunning())
})

test.serial('a clean stop writes the magic character, closes, and feeds no more', t => {
  const { watchdog, written, at, closed } = rig(7)
  at(0)
  watchdog.stop()
  at(10_000)
  t.deepEqual(written, ['open 10', '00', '56'])
  t.deepEqual(closed, [7])
  t.is(watchdog.nextDeadline(), undefined)
  t.false(watchdog.isRunning())
})

test.serial('a device that is not there is tried every ten seconds, and said once', t => {
  const { watchdog, written, said, at } = rig(-2, -2, 7)
  at(0)
  at(9_999)
  t.false(watchdog.isRunning())
  at(10_000)
  t.deepEqual(said, ['directord: alarm: no watchdog: /dev/watchdog: ENOENT'])
  at(20_000)
  t.true(watchdog.isRunning())
  t.deepEqual(written, ['open 10', 'open 10', 'open 10', '00'])
  t.is(said.length, 2)
})
