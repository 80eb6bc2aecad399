import test from 'ava'
import { decodeRecord, encodeRecord } from '../../../src/agent/control/record.ts'
import { fc } from '../../support/fast-check.ts'

test('bytes are written as hexadecimal', t => {
  const frame = { kind: 'send', interface: 'front', frame: Uint8Array.of(1, 0xab) }
  t.is(encodeRecord([frame]), '[{"kind":"send","interface":"front","frame":{"hex":"01ab"}}]')
})

test('an entry survives being written and read', t => {
  fc.assert(
    fc.property(fc.uint8Array(), fc.string(), fc.integer(), (bytes, text, at) => {
      const entry = { kind: 'advert', at, interface: text, packet: bytes, list: [bytes, null] }
      t.deepEqual(decodeRecord(encodeRecord(entry)), entry)
    }),
  )
})

test('what is no JSON is nothing, and what only looks like bytes stays as it is', t => {
  t.is(decodeRecord('{"kind":'), undefined)
  t.deepEqual(decodeRecord('{"hex":"0g"}'), { hex: '0g' })
  t.deepEqual(decodeRecord('{"hex":"00","more":1}'), { hex: '00', more: 1 })
  t.deepEqual(decodeRecord('{"hex":5}'), { hex: 5 })
})
