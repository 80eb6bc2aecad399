import test from 'ava'
import { asciiBytes, asciiText, utf8Bytes } from '../../../src/agent/kernel/text.ts'
import { fc } from '../../support/fast-check.ts'

test('ASCII comes back as it was', t => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary-ascii' }), text =>
      t.is(asciiText(asciiBytes(text)), text),
    ),
  )
})

test('UTF-8 is what others make of the same text', t => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), text =>
      t.deepEqual(utf8Bytes(text), new Uint8Array(Buffer.from(text, 'utf8'))),
    ),
  )
  t.deepEqual(utf8Bytes('\ud800x'), new Uint8Array(Buffer.from('\ufffdx')))
})
