import test from 'ava'
import { ask } from '../../../src/agent/kernel/ask.ts'
import { advance, converse, type KernelPort } from '../../../src/agent/kernel/run.ts'
import { andThen, done, file, forEach, type Talk } from '../../../src/agent/kernel/talk.ts'
import { encodeMessage } from '../../../src/agent/wire/netlink.ts'
import { getLink } from '../../../src/agent/wire/netlink-link.ts'

const [EIO, EAGAIN, ENOBUFS, EPERM] = [5, 11, 105, 1]

const acknowledged = (sequence: number) =>
  encodeMessage({ type: 2, flags: 0, payload: new Uint8Array(20) }, sequence)

/** A port that hands out what the script says for each request. */
function portOf(script: (sequence: number) => (Uint8Array | number)[], sent = 0): KernelPort {
  let next = 1
  let queue: (Uint8Array | number)[] = []
  return {
    takeSequences(count) {
      const first = next
      next += count
      return first
    },
    send() {
      queue = script(next - 1)
      return sent
    },
    receive: () => queue.shift() ?? -EAGAIN,
    file: () => ({ errno: 2 }),
  }
}

const errnoOf = (port: KernelPort) =>
  converse(
    andThen(ask('route', [getLink(1)]), ({ errno }) => done(errno)),
    port,
    () => -1,
  )

test('an acknowledged request has no errno', t => {
  t.is(errnoOf(portOf(sequence => [acknowledged(sequence)])), 0)
})

test('a request that cannot be sent has the errno of that', t => {
  t.is(errnoOf(portOf(() => [], -EPERM)), EPERM)
})

test('a socket that is empty before the end has lost the answer', t => {
  t.is(errnoOf(portOf(() => [])), EIO)
})

test('after an overrun the rest is read, and the answer is still not trusted', t => {
  t.is(errnoOf(portOf(sequence => [-ENOBUFS, acknowledged(sequence)])), ENOBUFS)
})

test('a long talk is cut after as many steps as are allowed', t => {
  let steps = 0
  const each = () => andThen(file({ kind: 'read', path: '/' }), () => done(++steps))
  const talk: Talk<readonly number[]> = forEach([1, 2, 3, 4, 5], each)
  const port = portOf(() => [])
  const rest = advance(talk, port, 3)
  t.is(steps, 3)
  t.is(rest.kind, 'file')
  t.deepEqual(advance(rest, port, 100), { kind: 'done', value: [1, 2, 3, 4, 5] })
})
