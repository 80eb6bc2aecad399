import test from 'ava'
import {
  ask,
  askBatch,
  askDump,
  endExchange,
  startExchange,
  takeDatagram,
} from '../../../src/agent/kernel/ask.ts'
import type { Answer, Ask, Talk } from '../../../src/agent/kernel/talk.ts'
import { decodeMessages, encodeMessage } from '../../../src/agent/wire/netlink.ts'
import { dumpLinks, getLink } from '../../../src/agent/wire/netlink-link.ts'
import { newTable } from '../../../src/agent/wire/netlink-nftables.ts'
import { fc } from '../../support/fast-check.ts'
import { answered, hold } from '../../support/scripted-kernel.ts'

const EINTR = 4
const EIO = 5

const askOf = (talk: Talk<unknown>): Ask => (talk.kind === 'ask' ? talk.ask : (undefined as never))
const three = askOf(ask('route', [getLink(1), getLink(2), getLink(3)]))

const errorOf = (sequence: number, errno: number, type = 2, flags = 0) => {
  const payload = new Uint8Array(20)
  new DataView(payload.buffer).setInt32(0, -errno, true)
  return encodeMessage({ type, flags, payload }, sequence)
}
const dataOf = (sequence: number, content: number, flags = 2) =>
  encodeMessage({ type: 16, flags, payload: new Uint8Array([content, 0, 0, 0]) }, sequence)

test('only the last request asks for an acknowledgement, and a dump for none', t => {
  const flags = (asked: Ask) =>
    decodeMessages(startExchange(asked, 7).datagram).map(each => each.flags)
  t.deepEqual(flags(three), [1, 1, 5])
  t.deepEqual(flags(askOf(askDump('route', dumpLinks()))), [0x301])
  t.deepEqual(flags(askOf(askBatch([newTable('a'), newTable('b')]))), [1, 0x401, 0x405, 1])
})

test('sequence numbers follow each other and wrap', t => {
  const numbers = decodeMessages(startExchange(three, 0xffff_ffff).datagram)
  t.deepEqual(
    numbers.map(({ sequence }) => sequence),
    [0xffff_ffff, 0, 1],
  )
})

test('the answer is complete with the last acknowledgement, and names each failure', t => {
  const { exchange } = startExchange(three, 10)
  t.is(takeDatagram(exchange, errorOf(11, 17)), undefined)
  t.deepEqual(takeDatagram(exchange, errorOf(12, 0)), {
    errno: 17,
    errors: [{ request: 1, errno: 17 }],
    messages: [],
  })
})

test('what answers an older ask is ignored', t => {
  const { exchange } = startExchange(three, 10)
  t.is(takeDatagram(exchange, errorOf(9, 1)), undefined)
  t.is(takeDatagram(exchange, errorOf(13, 1)), undefined)
  t.is(takeDatagram(exchange, errorOf(12, 0))?.errno, 0)
})

test('a dump of several datagrams is gathered, and the buffer may be used again', t => {
  const { exchange } = startExchange(askOf(askDump('route', dumpLinks())), 5)
  const buffer = dataOf(5, 1)
  t.is(takeDatagram(exchange, buffer), undefined)
  buffer.fill(0)
  const end = takeDatagram(exchange, Buffer.concat([dataOf(5, 2), errorOf(5, 0, 3)]))
  t.deepEqual(
    end?.messages.map(({ payload }) => payload[0]),
    [1, 2],
  )
  t.is(end?.errno, 0)
})

test('a dump that changed while it was read is EINTR, and is read again up to five times', t => {
  const { exchange } = startExchange(askOf(askDump('route', dumpLinks())), 5)
  takeDatagram(exchange, dataOf(5, 1, 0x12))
  t.is(takeDatagram(exchange, errorOf(5, 0, 3))?.errno, EINTR)

  const often = hold(askDump('route', dumpLinks()), () => answered(EINTR))
  t.is(often.asks.length, 5)
  const once = hold(askDump('route', dumpLinks()), (_, nth) => answered(nth === 0 ? EINTR : 0))
  t.is(once.asks.length, 2)
  t.like(once.end, { kind: 'done', value: { errno: 0 } })
  t.is(hold(askDump('route', dumpLinks()), () => answered(1)).asks.length, 1)
})

test('a batch that is refused as a whole ends with the reason that the kernel gave', t => {
  const { exchange } = startExchange(askOf(askBatch([newTable('a')])), 20)
  t.is(takeDatagram(exchange, errorOf(20, 1)), undefined)
  const end: Answer = endExchange(exchange, EIO)
  t.is(end.errno, 1)
  t.is(endExchange(startExchange(three, 1).exchange, EIO).errno, EIO)
})

test('no datagram makes it throw', t => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 120 }), bytes => {
      takeDatagram(startExchange(three, 0).exchange, bytes)
    }),
  )
  t.pass()
})
