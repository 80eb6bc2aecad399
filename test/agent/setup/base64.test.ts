import test from 'ava'
import { decodeBase64 } from '../../../src/agent/setup/base64.ts'
import { fc } from '../../support/fast-check.ts'

test('bytes come back from what others encode', t => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), bytes =>
      t.deepEqual(decodeBase64(Buffer.from(bytes).toString('base64')), bytes),
    ),
  )
})

test('what is no base64 is undefined', t => {
  for (const text of ['A', 'AB', 'ABC', 'AB-_', 'A===', 'AB\n=', '====']) {
    t.is(decodeBase64(text), undefined, text)
  }
})
