import test from 'ava'
import { asciiBytes, asciiText, utf8Bytes } from '../../../src/agent/kernel/text.ts'
import { fc } from '../../support/fast-check.ts'

test('ASCII comes back as it was', t => {
  const ascii = fc.array(fc.nat(0x7f)).map(codes => String.fromCodePoint(...codes))
  fc.assert(fc.property(ascii, text => t.is(asciiText(asciiBytes(text)), text)))
})

test('UTF-8 is what others make of the same text', t => {
  const point = fc.oneof(fc.nat(0x7f), fc.nat(0x7ff), fc.nat(0xffff), fc.nat(0x10_ffff))
  const any = fc.array(point).map(codes => String.fromCodePoint(...codes))
  fc.assert(
    fc.property(any, text =>
      t.deepEqual(utf8Bytes(text), new Uint8Array(Buffer.from(text, 'utf8'))),
    ),
  )
  t.deepEqual(utf8Bytes('\ud800x'), new Uint8Array(Buffer.from('\ufffdx')))
})
