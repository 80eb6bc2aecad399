import test from 'ava'
import { ProblemError } from '../../src/kit/problem.ts'
import { memoryReader } from '../../src/stamp/image-reader.ts'
import { findExtent, isVolume, openVolume } from '../../src/stamp/iso9660.ts'
import { effort } from '../support/effort.ts'
import { fc } from '../support/fast-check.ts'
import { problemOf } from './sample.ts'
import { tinyIso } from './tiny-iso.ts'

const HELLO = Buffer.from('hello, this is a file')
const ISO = tinyIso({ top: Buffer.from('t'), deep: { er: { 'file.txt': HELLO }, other: HELLO } })

const read = async (bytes: Uint8Array, path: string) => {
  const image = memoryReader(bytes, 'test.iso')
  const { root } = await openVolume(image)
  const extent = await findExtent(image, root, path)
  return extent && (await image.read(extent.offset, extent.length)).toString()
}

test('a file is found by its path, capitals or not', async t => {
  t.is(await read(ISO, '/deep/er/file.txt'), HELLO.toString())
  t.is(await read(ISO, '/DEEP/er/File.TXT'), HELLO.toString())
  t.is(await read(ISO, '/top'), 't')
})

test('what is not there, or is a folder, or is below a file, is not found', async t => {
  for (const path of ['/nothing', '/deep', '/deep/er', '/top/file', '/deep/nothing/file.txt']) {
    t.is(await read(ISO, path), undefined, path)
  }
})

test('a file that is no ISO is refused', async t => {
  for (const bytes of [new Uint8Array(0), Buffer.alloc(100_000), ISO.subarray(0, 34_000)]) {
    t.false(await isVolume(memoryReader(bytes, 'x')))
    t.is((await problemOf(() => read(bytes, '/top'))).code, 'iso_unknown')
  }
})

test('an ISO that is cut short is refused, with both lengths', async t => {
  const problem = await problemOf(() => read(ISO.subarray(0, ISO.length - 1), '/top'))
  t.is(problem.code, 'image_truncated')
  t.true(problem.expected?.includes(`${ISO.length}`))
  t.true(problem.found?.includes(`${ISO.length - 1}`))
})

test('an ISO with bytes behind it, as on a larger USB stick, is read', async t => {
  t.is(await read(Buffer.concat([ISO, Buffer.alloc(9999, 7)]), '/top'), 't')
})

test('a file in several pieces is refused, since a region must be one piece', async t => {
  const bytes = Buffer.from(ISO)
  const nameAt = bytes.indexOf('TOP;1', 0, 'latin1')
  bytes[nameAt - 33 + 25] = 128
  const problem = await problemOf(() => read(bytes, '/top'))
  t.is(problem.code, 'iso_malformed')
  t.regex(problem.message, /several pieces/)
})

test('a folder that points to itself is no endless loop', async t => {
  const bytes = Buffer.from(ISO)
  const recordAt = bytes.indexOf('DEEP', 0, 'latin1') - 33
  bytes.writeUInt32LE(17, recordAt + 2)
  t.is(await read(bytes, '/deep/deep/deep/deep/top'), 't')
})

test('any damage gives a file, nothing or a problem, and never another error', async t => {
  const damage = fc.array(fc.tuple(fc.integer({ min: 32_768, max: ISO.length - 1 }), fc.nat(255)), {
    minLength: 1,
    maxLength: 12,
  })
  await fc.assert(
    fc.asyncProperty(damage, fc.nat(ISO.length), async (changes, cut) => {
      const bytes = Buffer.from(ISO.subarray(0, cut < 34_000 ? ISO.length : cut))
      for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value
      try {
        await read(bytes, '/deep/er/file.txt')
        return true
      } catch (error) {
        return error instanceof ProblemError
      }
    }),
    { numRuns: effort(2000, 100_000) },
  )
  t.pass()
})

test('any bytes after the volume descriptor give a problem or nothing, never another error', async t => {
  const head = ISO.subarray(0, 34_816)
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ minLength: 0, maxLength: 4096 }), async rest => {
      try {
        await read(Buffer.concat([head, rest, Buffer.alloc(ISO.length)]), '/deep/er/file.txt')
        return true
      } catch (error) {
        return error instanceof ProblemError
      }
    }),
    { numRuns: effort(500, 20_000) },
  )
  t.pass()
})
