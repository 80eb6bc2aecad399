import test from 'ava'
import { decodeErrno, decodeMessages, encodeMessage } from '../../../src/agent/wire/netlink.ts'
import { fc } from '../../support/fast-check.ts'
import { readHex } from '../../support/hex-fixture.ts'

const u16 = fc.integer({ min: 0, max: 0xffff })
const u32 = fc.integer({ min: 0, max: 0xffff_ffff })
const message = fc.record({
  type: u16,
  flags: u16,
  sequence: u32,
  port: u32,
  payload: fc.uint8Array({ maxLength: 40 }),
})

test('messages that follow each other in a datagram come back as they were', t => {
  fc.assert(
    fc.property(fc.array(message, { maxLength: 5 }), messages => {
      const datagram = Buffer.concat(
        messages.map(each => encodeMessage(each, each.sequence, each.port)),
      )
      t.deepEqual(
        decodeMessages(datagram).map(each => ({ ...each, payload: new Uint8Array(each.payload) })),
        messages,
      )
    }),
  )
  t.pass()
})

test('whatever is cut off or random, decoding does not throw and stays inside the bytes', t => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), bytes => {
      for (const { payload } of decodeMessages(bytes)) t.true(payload.length <= bytes.length - 16)
    }),
  )
  const links = readHex('netlink/reply-links.hex')
  const whole = decodeMessages(links).length
  for (let length = 0; length < links.length; length += 7) {
    t.true(decodeMessages(links.subarray(0, length)).length <= whole)
  }
})

test('an answer carries a positive errno, and the end of a dump may carry none', t => {
  const [refused] = decodeMessages(readHex('netlink/reply-family-absent.hex'))
  t.is(refused && decodeErrno(refused), 2)
  const end = decodeMessages(readHex('netlink/reply-routes.hex')).at(-1)
  t.is(end && decodeErrno(end), 0)
  const empty = { flags: 0, sequence: 1, port: 0, payload: new Uint8Array(0) }
  t.is(decodeErrno({ ...empty, type: 3 }), 0)
  t.is(decodeErrno({ ...empty, type: 2 }), undefined)
})
