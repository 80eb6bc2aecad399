import { gunzipSync, gzipSync } from 'node:zlib'
import test from 'ava'
import { decodeGzip, encodeGzip } from '../../src/stamp/gzip.ts'
import { fc } from '../support/fast-check.ts'
import { problemOf } from './sample.ts'

const MAX = 1 << 20

test('any content survives, and any gunzip reads it', t => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 3000 }), content => {
      const bytes = encodeGzip(content)
      const decoded = decodeGzip(Buffer.concat([bytes, Buffer.from('rest')]), MAX)
      return (
        Buffer.from(decoded.content).equals(content) &&
        decoded.length === bytes.length &&
        gunzipSync(bytes).equals(content)
      )
    }),
  )
  t.pass()
})

test('the header holds no time, no name and no system', t => {
  t.is(Buffer.from(encodeGzip(Buffer.from('x'))).toString('hex', 0, 10), '1f8b08000000000002ff')
})

test('a member that another program wrote is refused', async t => {
  const problem = await problemOf(() => decodeGzip(gzipSync('x'), MAX))
  t.is(problem.code, 'gzip_malformed')
})

test('a member that is cut anywhere is refused', async t => {
  const bytes = encodeGzip(Buffer.from('some text that is long enough to be cut '.repeat(9)))
  for (let length = 0; length < bytes.length; length += 1) {
    const problem = await problemOf(() => decodeGzip(bytes.subarray(0, length), MAX))
    t.is(problem.code, 'gzip_malformed', `cut to ${length}`)
  }
})

test('a wrong checksum and a wrong length are refused', async t => {
  for (const [fromEnd, message] of [
    [8, /checksum/],
    [4, /length/],
  ] as const) {
    const bytes = Buffer.from(encodeGzip(Buffer.from('abc')))
    bytes[bytes.length - fromEnd] = (bytes[bytes.length - fromEnd] ?? 0) ^ 1
    t.regex((await problemOf(() => decodeGzip(bytes, MAX))).message, message)
  }
})

test('more content than allowed is refused before it is made', async t => {
  const bomb = encodeGzip(new Uint8Array(1 << 20))
  t.regex((await problemOf(() => decodeGzip(bomb, 1000))).message, /larger than 1000 bytes/)
})
