import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import anyTest, { type TestFn } from 'ava'
import { memoryReader } from '../../src/stamp/image-reader.ts'
import { type Patch, patchedReader, streamPatched, writePatched } from '../../src/stamp/patch.ts'
import { fc } from '../support/fast-check.ts'

const test = anyTest as TestFn<{ folder: string }>

test.beforeEach(t => {
  t.context.folder = mkdtempSync(join(tmpdir(), 'director-patch-'))
})
test.afterEach.always(t => rmSync(t.context.folder, { recursive: true, force: true }))

// Larger than two of the pieces in which an image is sent.
const BASE = Buffer.alloc(2_500_000, 'abcdefg')

const patches: fc.Arbitrary<Patch[]> = fc.array(
  fc.record({
    offset: fc.oneof(fc.nat(BASE.length - 200), fc.constant((1 << 20) - 50)),
    bytes: fc.uint8Array({ minLength: 1, maxLength: 200 }),
  }),
  { maxLength: 4 },
)

test('a pipe gets the bytes that a file gets, wherever the patches lie', async t => {
  const base = join(t.context.folder, 'base')
  const output = join(t.context.folder, 'output')
  writeFileSync(base, BASE)
  await fc.assert(
    fc.asyncProperty(patches, async list => {
      const expected = Buffer.from(BASE)
      for (const { offset, bytes } of list) expected.set(bytes, offset)
      await writePatched(base, output, list, 0o600)
      const pieces: Uint8Array[] = []
      for await (const piece of streamPatched(memoryReader(BASE, 'base'), list)) pieces.push(piece)
      return readFileSync(output).equals(expected) && Buffer.concat(pieces).equals(expected)
    }),
    { numRuns: 20 },
  )
  t.is(statSync(output).mode & 0o777, 0o600)
  t.true(readFileSync(base).equals(BASE))
  t.deepEqual(readdirSync(t.context.folder).sort(), ['base', 'output'])
})

test('any range of a patched image in memory comes in parts, and nothing held is changed', async t => {
  const range = fc.tuple(fc.nat(BASE.length - 1), fc.nat(1 << 21), patches)
  const before = Buffer.from(BASE)
  await fc.assert(
    fc.asyncProperty(range, async ([offset, wanted, list]) => {
      const length = Math.min(wanted, BASE.length - offset)
      const expected = Buffer.from(BASE)
      for (const each of list) expected.set(each.bytes, each.offset)
      const image = patchedReader(memoryReader(BASE, 'base'), list)
      const parts = image.held?.(offset, length) ?? []
      const isRight = (bytes: Buffer) => bytes.equals(expected.subarray(offset, offset + length))
      return isRight(Buffer.concat(parts)) && isRight(await image.read(offset, length))
    }),
    { numRuns: 100 },
  )
  t.true(BASE.equals(before))
})

test('an image may be patched in its own place', async t => {
  const path = join(t.context.folder, 'image')
  writeFileSync(path, 'aaaa')
  await writePatched(path, path, [{ offset: 1, bytes: Buffer.from('bb') }], 0o644)
  t.is(readFileSync(path, 'utf8'), 'abba')
})
