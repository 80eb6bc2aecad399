import test from 'ava'
import { openProbes } from '../../../src/agent/shell/probes.ts'
import { instant, milliseconds } from '../../../src/agent/units.ts'
import { putHost } from '../../support/fake-host.ts'

const probe = (id: number, timeout_ms = 500) =>
  ({
    kind: 'probe_start',
    probe: id,
    address: '10.77.0.21',
    port: 80,
    timeout: milliseconds(timeout_ms),
  }) as const

/** Probes over a host whose connections get the descriptors 10, 11 and so on. */
function open(connect: (fd: number) => number = fd => fd, errors: Record<number, number> = {}) {
  const answers: string[] = []
  const ready = new Map<number, () => void>()
  let last = 9
  const asked: string[] = []
  const fake = putHost({
    tcpConnect(address, port) {
      asked.push(`${address.toString(16)}:${port}`)
      last += 1
      return connect(last)
    },
    socketError: fd => -(errors[fd] ?? 0),
  })
  const watcher = {
    watch: (fd: number, _events: number, handler: () => void) => void ready.set(fd, handler),
    forget: (fd: number) => void ready.delete(fd),
  }
  const probes = openProbes(watcher, (id, errno) => answers.push(`${id} ${errno}`))
  return { probes, answers, ready, asked, closed: fake.closed }
}

test.serial('a connection that is made or refused is answered once and closed', t => {
  const { probes, answers, ready, asked, closed } = open(undefined, { 11: 111 })
  probes.start(probe(1), instant(0))
  probes.start(probe(2), instant(0))
  t.deepEqual(asked, ['a4d0015:80', 'a4d0015:80'])
  ready.get(11)?.()
  ready.get(10)?.()
  t.deepEqual(answers, ['2 111', '1 0'])
  t.deepEqual(closed, [11, 10])
  t.is(probes.nextDeadline(), undefined)
  t.is(ready.size, 0)
})

test.serial('a connection that cannot be started is answered at once', t => {
  const { probes, answers, closed } = open(() => -101)
  probes.start(probe(1), instant(0))
  t.deepEqual(answers, ['1 101'])
  t.deepEqual(closed, [])
})

test.serial('a probe ends at its timeout, not before, and the earliest one is named', t => {
  const { probes, answers, closed } = open()
  probes.start(probe(1, 900), instant(0))
  probes.start(probe(2, 300), instant(1_000))
  t.is(probes.nextDeadline(), instant(301_000))
  probes.expire(instant(300_999))
  t.deepEqual(answers, [])
  probes.expire(instant(301_000))
  t.deepEqual(answers, ['2 110'])
  t.deepEqual(closed, [11])
  t.is(probes.nextDeadline(), instant(900_000))
})

test.serial('a cancelled probe is closed and never answered', t => {
  const { probes, answers, closed } = open()
  probes.start(probe(1), instant(0))
  probes.cancel(1)
  probes.cancel(1)
  probes.expire(instant(9_000_000))
  t.deepEqual(answers, [])
  t.deepEqual(closed, [10])
})
