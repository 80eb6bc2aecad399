import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { encodeBootState, FIRST_STATE } from '../../src/agent/flash/boot-state.ts'
import { DISK_BYTES_MIN, partition, slotPartition } from '../../src/agent/flash/disk-layout.ts'
import type { DiskPiece } from '../../src/agent/flash/gpt.ts'
import type { Toolbox } from '../../src/base/base-system.ts'
import { sha256 } from '../../src/kit/hash.ts'
import { baseFlashPieces } from '../../src/pack/flash.ts'
import { imageOfPieces, readFlashParts, writeFlashParts } from '../../src/pack/flash-parts.ts'
import { inspectImage } from '../../src/pack/inspect.ts'
import {
  flashRemovalPatches,
  flashStampPatches,
  isDirectorFlash,
  isFlashStamped,
  openDirectorFlash,
  readFlashStamp,
} from '../../src/stamp/flash.ts'
import { type ImageReader, memoryReader } from '../../src/stamp/image-reader.ts'
import { type Patch, patchedReader } from '../../src/stamp/patch.ts'
import { writeDisk, writeSparsePatched } from '../../src/stamp/sparse-copy.ts'
import { BASE, CONSOLE, OTHER_BASE, problemOf, sampleStamp } from './sample.ts'

const OTHER_CONSOLE = { port: 'ttyS1', baud: 9600 }
// No firmware, no loader, so no tools.
const noTools = {} as Toolbox
let folder: string
let pieces: readonly DiskPiece[]
let base: ImageReader

const content = () => ({
  kernelFile: join(folder, 'vmlinuz'),
  initramfsFile: join(folder, 'initramfs'),
  ...{ menuTemplate: '', earlyConfig: '', boot: [], console: CONSOLE },
  base: { schema: 1, base_sha256: BASE, kernel: '6', agent: '0', features: [] } as const,
})

test.before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'director-flash-'))
  writeFileSync(join(folder, 'vmlinuz'), Buffer.alloc(5000, 'k'))
  writeFileSync(join(folder, 'initramfs'), Buffer.alloc(7000, 'i'))
  pieces = await baseFlashPieces(content(), noTools, folder)
  base = imageOfPieces(pieces, 'base.img')
})
test.after.always(() => rmSync(folder, { recursive: true, force: true }))

const readState = (state: typeof FIRST_STATE): Patch => ({
  offset: partition('director-state').offset + 512,
  bytes: encodeBootState(state),
})

async function stamped(image: ImageReader, stamp: Uint8Array, console = CONSOLE) {
  const patches = await flashStampPatches(await openDirectorFlash(image), stamp, console)
  return { patches, image: patchedReader(image, patches) }
}

const nodeOf = async (image: ImageReader) =>
  (await readFlashStamp(await openDirectorFlash(image)))?.config

const one = sampleStamp('{"one":1}\n')
const two = sampleStamp('{"two":2}\n')

test('a stamp changes the config area alone, and removing it gives back the base', async t => {
  const first = await stamped(base, one, OTHER_CONSOLE)
  const second = await stamped(first.image, two)
  const removal = flashRemovalPatches(await openDirectorFlash(second.image))
  const config = partition('director-config')
  for (const { offset, bytes } of [...first.patches, ...second.patches, ...removal]) {
    t.true(offset >= config.offset && offset + bytes.length <= config.offset + config.length)
  }
  t.true(await isFlashStamped(await openDirectorFlash(second.image)))
  const removed = patchedReader(second.image, removal)
  t.false(await isFlashStamped(await openDirectorFlash(removed)))
  const whole = await base.read(config.offset, config.length)
  t.true((await removed.read(config.offset, config.length)).equals(whole))
})

test('every slot of the base gets the stamp, one of another base keeps its own', async t => {
  const { image } = await stamped(base, one)
  const { settings } = { settings: partition('director-config').offset }
  const cell = async (index: number) =>
    (await image.read(settings + index * 1088 * 1024 + 65_536, one.length)).equals(one)
  t.deepEqual(await Promise.all([0, 1, 2, 3, 4, 5].map(cell)), [
    ...[true, false, false, false],
    ...[true, false],
  ])
})

test('the stamp before is kept in the other cell, with its settings, to go back to', async t => {
  const first = await stamped(base, one, OTHER_CONSOLE)
  const second = await stamped(first.image, two)
  t.deepEqual(await nodeOf(second.image), Buffer.from('{"two":2}\n'))
  const back = patchedReader(second.image, [
    readState({ ...FIRST_STATE, copies: { a: 1, b: 0, rescue: 1 } }),
  ])
  t.deepEqual(await nodeOf(back), Buffer.from('{"one":1}\n'))
  const settings = await back.read(partition('director-config').offset + 1088 * 1024, 100)
  t.regex(settings.toString('latin1'), /serial_unit="1"\nset serial_speed="9600"/)
})

test('a stamp that is larger than its region is refused', async t => {
  const large = new Uint8Array((1 << 20) + 1)
  t.is((await problemOf(() => stamped(base, large))).code, 'stamp_too_large')
})

test('a flash image is shown with its slots, its state and its stamp', async t => {
  t.like(await inspectImage(base), { kind: 'flash', facts: { stamp: null, active: 'a' } })
  const { image } = await stamped(base, one)
  const { facts } = await inspectImage(image)
  t.like(facts, { base_sha256: BASE, is_for_this_base: true, stamp: { node: 'lb1' } })
  t.like(facts['slots'], { a: { version: '0' }, b: 'empty', rescue: { base_sha256: BASE } })
  const foreign = await stamped(base, sampleStamp('{}', OTHER_BASE))
  t.is((await inspectImage(foreign.image)).facts['is_for_this_base'], false)
})

test('what is no flash image, or a damaged one, is told from a good one', async t => {
  t.true(await isDirectorFlash(base))
  t.false(await isDirectorFlash(memoryReader(Buffer.alloc(1 << 20), 'zeros')))
  const cut = { ...base, size: DISK_BYTES_MIN - 512 }
  t.is((await problemOf(() => openDirectorFlash(cut))).code, 'image_truncated')
  for (const [offset, code] of [
    [partition('director-state').offset + 512, 'flash_damaged'],
    [slotPartition('a').offset, 'flash_damaged'],
    [600, 'flash_not_ours'],
  ] as const) {
    const damaged = patchedReader(base, [{ offset, bytes: Buffer.from('x') }])
    t.is((await problemOf(() => openDirectorFlash(damaged))).code, code)
  }
})

test('a stamped file is sparse like the base, and for its owner alone', async t => {
  const path = join(folder, 'base.img')
  await writeDisk(path, pieces, 0o644)
  const { patches } = await stamped(base, one)
  const image = join(folder, 'lb1.img')
  await writeSparsePatched(path, image, patches, 0o600)
  t.is(statSync(image).mode & 0o777, 0o600)
  for (const { blocks, size } of [statSync(path), statSync(image)]) {
    t.is(size, DISK_BYTES_MIN)
    t.true(blocks * 512 < 8 << 20, `${blocks * 512} bytes are taken`)
  }
})

test('an image is kept in parts, a system that two slots hold once', async t => {
  const parts = join(folder, 'parts')
  mkdirSync(parts)
  await writeFlashParts(pieces, parts)
  const read = await readFlashParts(parts)
  t.deepEqual(
    read.map(({ offset, bytes }) => [offset, sha256(bytes)]),
    pieces.map(({ offset, bytes }) => [offset, sha256(bytes)]),
  )
  const bytes = pieces.reduce((sum, piece) => sum + piece.bytes.length, 0)
  t.true(statSync(join(parts, 'flash.parts')).size < bytes - 10_000)
})
