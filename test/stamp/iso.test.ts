import test from 'ava'
import { memoryReader } from '../../src/stamp/image-reader.ts'
import {
  isStamped,
  openDirectorIso,
  readStamped,
  removalPatches,
  stampPatches,
} from '../../src/stamp/iso.ts'
import { type Patch, streamPatched } from '../../src/stamp/patch.ts'
import { fc } from '../support/fast-check.ts'
import { CONSOLE, LAYOUT, problemOf, REGION_BYTES, sampleIso, sampleStamp } from './sample.ts'
import { tinyIso } from './tiny-iso.ts'

const open = (bytes: Uint8Array) => openDirectorIso(memoryReader(bytes, 'base.iso'))

async function patched(bytes: Uint8Array, patches: readonly Patch[]): Promise<Buffer> {
  const pieces: Uint8Array[] = []
  for await (const piece of streamPatched(memoryReader(bytes, 'base.iso'), patches)) {
    pieces.push(piece)
  }
  return Buffer.concat(pieces)
}

test('a base has no stamp; a stamped one gives it back', async t => {
  const base = sampleIso()
  const iso = await open(base)
  t.false(await isStamped(iso))
  t.is(await readStamped(iso), undefined)

  const stamped = await open(await patched(base, stampPatches(iso, sampleStamp(), CONSOLE)))
  t.true(await isStamped(stamped))
  t.like(await readStamped(stamped), { kind: 'node', stamp: { facts: { node: 'lb1' } } })
})

test('bytes outside the regions never change, and removing gives back the base', async t => {
  const base = sampleIso()
  const iso = await open(base)
  const ranges = [iso.node, ...iso.kargs]
  const port = fc.constantFrom('ttyS0', 'ttyS3', 'ttyUSB0')
  const config = fc.string({ maxLength: 2000 })
  await fc.assert(
    fc.asyncProperty(config, port, fc.constantFrom(9600, 115_200), async (text, tty, baud) => {
      const console = { port: tty, baud }
      const stamped = await patched(base, stampPatches(iso, sampleStamp(text), console))
      const outside = Buffer.from(stamped)
      for (const { offset, length } of ranges) {
        outside.set(base.subarray(offset, offset + length), offset)
      }
      const removed = await patched(stamped, removalPatches(await open(stamped)))
      return outside.equals(base) && removed.equals(base) && stamped.length === base.length
    }),
    { numRuns: 50 },
  )
  t.pass()
})

test('a second stamp over a longer first one leaves nothing of it', async t => {
  const base = sampleIso()
  const iso = await open(base)
  const random = Buffer.from(Array.from({ length: 3000 }, (_, at) => (at * 7919) % 251))
  const long = await patched(
    base,
    stampPatches(iso, sampleStamp(random.toString('base64').slice(0, 3000)), CONSOLE),
  )
  const again = await patched(long, stampPatches(await open(long), sampleStamp('{}'), CONSOLE))
  t.deepEqual(again, await patched(base, stampPatches(iso, sampleStamp('{}'), CONSOLE)))
})

test('a stamp as large as its region fits, one byte more is refused with both sizes', async t => {
  const iso = await open(sampleIso())
  t.notThrows(() => stampPatches(iso, new Uint8Array(REGION_BYTES), CONSOLE))
  const problem = await problemOf(() =>
    stampPatches(iso, new Uint8Array(REGION_BYTES + 1), CONSOLE),
  )
  t.is(problem.code, 'stamp_too_large')
  t.is(problem.expected, `at most ${REGION_BYTES} bytes`)
  t.is(problem.found, `${REGION_BYTES + 1} bytes`)
})

test('a region with two stamps, or with half a one, is refused when it is read', async t => {
  const base = sampleIso()
  const { node } = await open(base)
  const stamp = sampleStamp()
  for (const [bytes, code] of [
    [Buffer.concat([stamp, stamp]), 'stamp_doubled'],
    [stamp.subarray(0, 100), 'stamp_malformed'],
    [Buffer.from('hello'), 'stamp_malformed'],
  ] as const) {
    const iso = await open(await patched(base, [{ offset: node.offset, bytes }]))
    t.true(await isStamped(iso))
    t.is((await problemOf(() => readStamped(iso))).code, code)
  }
})

test('an ISO of something else is refused', async t => {
  const other = tinyIso({ boot: { vmlinuz: Buffer.from('k') } })
  t.is((await problemOf(() => open(other))).code, 'iso_not_ours')
})

test('an ISO whose layout points outside a file, or to no file, is refused', async t => {
  for (const node of [
    { file: '/director/node.img', offset: 1, length: REGION_BYTES },
    { file: '/director/node.img', offset: 0, length: REGION_BYTES + 1 },
    { file: '/director/gone.img', offset: 0, length: 1 },
  ]) {
    const problem = await problemOf(() => open(sampleIso({ ...LAYOUT, node })))
    t.is(problem.code, 'layout_malformed')
  }
})
