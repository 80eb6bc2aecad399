import test from 'ava'
import { fromHex, toHex, writeU16 } from '../../../src/agent/wire/bytes.ts'
import { addWords, checksumOf, fold, isIntact } from '../../../src/agent/wire/checksum.ts'
import { fc } from '../../support/fast-check.ts'

test('the example of RFC 1071 section 3 has the sum ddf2', t => {
  const bytes = fromHex('0001f203f4f5f6f7') ?? new Uint8Array()
  t.is(fold(addWords(0, bytes, 0, bytes.length)), 0xddf2)
})

test('an odd last byte is the high half of a word', t => {
  t.is(addWords(0, Uint8Array.of(0x12, 0x34, 0x56), 0, 3), 0x1234 + 0x5600)
})

test('a checksum that was written makes the whole intact', t => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 2, maxLength: 1500 }), bytes => {
      writeU16(bytes, 0, 0)
      writeU16(bytes, 0, checksumOf(addWords(0, bytes, 0, bytes.length)))
      t.true(isIntact(addWords(0, bytes, 0, bytes.length)))
    }),
  )
})

test('bytes survive hexadecimal, and what is not hexadecimal is refused', t => {
  fc.assert(fc.property(fc.uint8Array(), bytes => t.deepEqual(fromHex(toHex(bytes)), bytes)))
  t.is(fromHex('abc'), undefined)
  t.is(fromHex('0g'), undefined)
})
