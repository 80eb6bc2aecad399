import { createHash, createHmac } from 'node:crypto'
import test from 'ava'
import { plainHash } from '../../../src/agent/wire/sha256.ts'

const counted = (length: number) => Uint8Array.from({ length }, (_, at) => at * 7 + length)

test('SHA-256 is that of another implementation, around every border of a block', t => {
  for (let length = 0; length <= 200; length += 1) {
    const bytes = counted(length)
    const expected = createHash('sha256').update(bytes).digest()
    t.deepEqual(Buffer.from(plainHash.sha256(bytes)), expected, `${length} bytes`)
  }
})

test('HMAC is that of another implementation, with keys shorter and longer than a block', t => {
  for (const keyLength of [0, 1, 32, 63, 64, 65, 200]) {
    const key = counted(keyLength)
    for (const length of [0, 1, 31, 55, 56, 64, 119, 120, 250]) {
      const expected = createHmac('sha256', key).update(counted(length)).digest()
      // Twice: the second time the key is known.
      for (const _ of [1, 2]) {
        t.deepEqual(Buffer.from(plainHash.hmac(key, counted(length))), expected)
      }
    }
  }
})
