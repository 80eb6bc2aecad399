import test from 'ava'
import { decodeCobs, encodeCobs } from '../../../src/agent/wire/cobs.ts'
import { crc32c } from '../../../src/agent/wire/crc32c.ts'
import { decodeHeader, encodeFrame, isMac, signedOf } from '../../../src/agent/wire/heartbeat.ts'
import { decodeAge, encodeAge } from '../../../src/agent/wire/heartbeat-body.ts'
import { plainHash } from '../../../src/agent/wire/sha256.ts'
import { fc } from '../../support/fast-check.ts'

const key = new Uint8Array(32).fill(3)
const frame = () =>
  encodeFrame(
    {
      ...{ major: 1, minor: 0, type: 2, role: 'active', flags: 4, cluster: 0xabcd, node: 1 },
      ...{ key: 1, priority: 200, term: 7, tag: 0x01020304, seq: 5 },
    },
    Uint8Array.of(9, 1, 0),
    signed => plainHash.hmac(key, signed),
  )

test('the stuffing holds no zero inside, and gives the bytes back', t => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 254 }), bytes => {
      const stuffed = encodeCobs(bytes)
      t.is(stuffed[0], 0)
      t.is(stuffed.at(-1), 0)
      t.false(stuffed.subarray(1, -1).includes(0))
      t.deepEqual(decodeCobs(stuffed.subarray(1, -1)), bytes)
    }),
    { numRuns: 500 },
  )
  t.is(decodeCobs(Uint8Array.of(5, 1, 1)), undefined)
})

test('the header that every version has stands where it must', t => {
  const bytes = frame()
  t.deepEqual([...bytes.subarray(0, 12)], [0xd1, 0x10, 2, 6, 0xab, 0xcd, 1, 1, 200, 7, 0, 47])
  t.like(decodeHeader(bytes), { role: 'active', major: 1, cluster: 0xabcd, term: 7, length: 47 })
  t.true(isMac(bytes, plainHash.hmac(key, signedOf(bytes))))
})

test('every bit counts: one that is wrong is noise, or with the checksum put right a forgery', t => {
  const whole = frame()
  for (let bit = 0; bit < 8 * whole.length; bit += 1) {
    const bytes = whole.slice()
    bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    t.is(decodeHeader(bytes), 'crc_bad')
    if (bit >= 8 * (whole.length - 4)) continue
    const end = bytes.length - 4
    new DataView(bytes.buffer).setUint32(end, crc32c(bytes, end))
    const header = decodeHeader(bytes)
    const isForged = !isMac(bytes, plainHash.hmac(key, signedOf(bytes)))
    t.true(isForged || header === 'magic_bad' || header === 'length_bad')
  }
  t.is(decodeHeader(whole.subarray(0, 43)), 'size_bad')
})

test('an age of at most 127 ms is exact, a longer one never too long', t => {
  for (let age = 0; age < 5_000; age += 1) {
    const code = encodeAge(age)
    t.true(code <= 255)
    const back = decodeAge(code)
    t.true(back <= age && (age < 128 ? back === age : age - back < 32 || code === 255))
  }
})
