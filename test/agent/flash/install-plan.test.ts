import test from 'ava'
import { type Disk, type DiskTools, writeAndCompare } from '../../../src/agent/flash/disk.ts'
import { DISK_BYTES_MIN, partition } from '../../../src/agent/flash/disk-layout.ts'
import { encodeStampFiles } from '../../../src/agent/flash/encode-stamp.ts'
import { planInstall } from '../../../src/agent/flash/install-plan.ts'
import { fillSettings, loaderSettings } from '../../../src/agent/flash/loader-settings.ts'
import {
  consentTo,
  type DiskFacts,
  diskLine,
  refusalFor,
} from '../../../src/agent/flash/may-install.ts'
import { placePieces, type SlotManifest } from '../../../src/agent/flash/slot.ts'
import {
  hasStatePartition,
  isLayoutKnown,
  LOOK_BYTES,
  whatIsOn,
} from '../../../src/agent/flash/what-is-on.ts'
import { sha256 } from '../../../src/kit/hash.ts'
import { isDirectorFlash, openDirectorFlash, readFlashStamp } from '../../../src/stamp/flash.ts'
import { decodeGzip } from '../../../src/stamp/gzip.ts'
import type { ImageReader } from '../../../src/stamp/image-reader.ts'
import { decodeStamp } from '../../../src/stamp/stamp.ts'
import { BASE, CONSOLE, sampleStamp } from '../../stamp/sample.ts'

const BLOCK = 4096
const EIO = 5

/** A disk that takes memory for what is written to it alone. */
function fakeDisk(bytes: number, faults: Partial<Disk> = {}): Disk {
  const blocks = new Map<number, Uint8Array>()
  const blockOf = (index: number) => blocks.get(index)
  return {
    bytes,
    read(offset, length) {
      const into = new Uint8Array(length)
      for (let at = 0; at < length; ) {
        const [index, from] = [Math.floor((offset + at) / BLOCK), (offset + at) % BLOCK]
        const count = Math.min(BLOCK - from, length - at)
        const block = blockOf(index)
        if (block !== undefined) into.set(block.subarray(from, from + count), at)
        at += count
      }
      return into
    },
    write(offset, content) {
      for (let at = 0; at < content.length; ) {
        const [index, from] = [Math.floor((offset + at) / BLOCK), (offset + at) % BLOCK]
        const count = Math.min(BLOCK - from, content.length - at)
        const block = blockOf(index) ?? new Uint8Array(BLOCK)
        block.set(content.subarray(at, at + count), from)
        blocks.set(index, block)
        at += count
      }
      return 0
    },
    flush: () => 0,
    ...faults,
  }
}

const reader = (disk: Disk): ImageReader => ({
  size: disk.bytes,
  name: 'disk',
  async read(offset, length) {
    const bytes = disk.read(offset, length)
    if (typeof bytes === 'number') throw new Error(`errno ${bytes}`)
    return Buffer.from(bytes)
  },
})

const tools: DiskTools = {
  isEqual: (one, other) => Buffer.compare(one, other) === 0,
  breathe: () => undefined,
}

const kernel = Buffer.alloc(300_000, 'k')
const system = Buffer.alloc(1000, 's')
const places = placePieces({ kernel: kernel.length, system: system.length })
const padded = (bytes: Buffer, length: number) =>
  sha256(Buffer.concat([bytes, Buffer.alloc(length - bytes.length)]))
const manifest: SlotManifest = {
  ...{ schema: 1, version: '0.1.0', kernel_version: '6', base_sha256: BASE },
  length: places.length,
  kernel: { ...places.kernel, sha256: padded(kernel, places.kernel.length) },
  system: { ...places.system, sha256: padded(system, places.system.length) },
  ...{ kernel_args: 'panic=10', console: CONSOLE, release: null, key: null, signature: null },
}
const loader = Buffer.concat([
  Buffer.alloc(440, 'b'),
  Buffer.alloc(512, 'c'),
  Buffer.alloc(512, 'e'),
])
const tool = decodeStamp(sampleStamp())
const stamp = encodeStampFiles({
  node: 'lb1',
  config: tool.config,
  facts: Buffer.from(`${JSON.stringify(tool.facts)}\n`),
})

const plan = (diskBytes: number) =>
  planInstall({
    ...{ diskBytes, seed: 'fedcba98'.repeat(4), stamp, loader, sha256 },
    facts: {
      schema: 1,
      manifest,
      loader: [
        { offset: 0, length: 440 },
        { offset: partition('director-bios').offset, length: 512 },
        { offset: partition('director-esp').offset, length: 512 },
      ],
      loader_sha256: sha256(loader),
    },
    kernel: source(kernel),
    system: source(system),
    settings: fillSettings(loaderSettings({ port: 'ttyS1', baud: 9600 }, 'console=ttyS1'), 2048),
  })

const source = (bytes: Buffer) => ({
  offset: 0,
  length: bytes.length,
  chunk: (at: number, length: number) => bytes.subarray(at, at + length),
})

function install(disk: Disk, passes = 3) {
  for (const sources of plan(disk.bytes).slice(0, passes)) {
    const fault = writeAndCompare(disk, sources, tools)
    if (fault !== undefined) return fault
  }
  return undefined
}

// Neither a whole MiB nor a whole block.
const LARGER = DISK_BYTES_MIN + 1_000_100

test('an installed disk is one that the tool knows, with the node’s own stamp', async t => {
  const disk = fakeDisk(LARGER)
  t.is(install(disk), undefined)
  const image = reader(disk)
  const flash = await openDirectorFlash(image)
  t.deepEqual(flash.manifest, manifest)
  t.is(flash.slots.rescue.kind, 'manifest')
  t.is(flash.slots.b.kind, 'empty')
  t.deepEqual(await readFlashStamp(flash), { facts: tool.facts, config: Buffer.from(tool.config) })
  const { offset } = partition('director-slot-a')
  const wrote = await image.read(offset + places.kernel.offset, places.kernel.length)
  t.is(sha256(wrote), manifest.kernel.sha256)
  t.is((await image.read(0, 440)).toString(), 'b'.repeat(440))
})

test('the table is for the whole disk, its GUIDs are of this disk alone', async t => {
  const disk = fakeDisk(LARGER)
  install(disk)
  const content = whatIsOn((await reader(disk).read(0, LOOK_BYTES)) as Uint8Array)
  if (content.kind !== 'director') return t.fail(content.kind)
  t.is(content.table.diskBytes, LARGER - (LARGER % 512))
  t.is(content.table.disk, 'fedcba98-fedc-8a98-bedc-ba98fedcba00')
  t.true(isLayoutKnown(content.table))
  t.true(hasStatePartition(content.table, 'fedcba98-fedc-8a98-bedc-ba98fedcba03'))
  t.false(hasStatePartition(content.table, 'fedcba98-fedc-8a98-bedc-ba98fedcba04'))
})

test('a disk whose installation broke off is empty to firmware', async t => {
  const disk = fakeDisk(DISK_BYTES_MIN)
  install(disk)
  t.true(await isDirectorFlash(reader(disk)))
  // A second installation ends before its last pass.
  install(disk, 2)
  t.deepEqual(whatIsOn(await reader(disk).read(0, LOOK_BYTES)), { kind: 'nothing' })
})

test('a disk that drops writes is found by reading back, with the place', t => {
  const drops = fakeDisk(DISK_BYTES_MIN, { write: () => 0 })
  t.like(install(drops), { kind: 'differs', wrote: 'c'.charCodeAt(0), found: 0 })
  const old = fakeDisk(DISK_BYTES_MIN)
  install(old)
  const stale = fakeDisk(DISK_BYTES_MIN, { write: () => 0, read: old.read })
  t.deepEqual(install(stale), { kind: 'differs', at: 0, wrote: 0, found: 'b'.charCodeAt(0) })
})

test('a disk that fails says what it could not do and where', t => {
  t.like(install(fakeDisk(DISK_BYTES_MIN, { write: () => EIO })), { kind: 'write', errno: EIO })
  t.like(install(fakeDisk(DISK_BYTES_MIN, { read: () => EIO })), { kind: 'read', errno: EIO })
  t.like(install(fakeDisk(DISK_BYTES_MIN, { flush: () => EIO })), { kind: 'flush', errno: EIO })
})

test('a stamp is encoded anew to what the tool reads, however large it is', t => {
  t.deepEqual(decodeStamp(stamp).facts, tool.facts)
  const large = decodeStamp(sampleStamp(`"${'x'.repeat(200_000)}"`))
  const facts = Buffer.from(`${JSON.stringify(large.facts)}\n`)
  const again = encodeStampFiles({ node: 'lb1', config: large.config, facts })
  t.deepEqual(Buffer.from(decodeStamp(again).config), Buffer.from(large.config))
  // The same archive, in another packing.
  const unpacked = (bytes: Uint8Array) => decodeGzip(bytes, 1 << 20).content
  t.deepEqual(unpacked(stamp), unpacked(sampleStamp()))
})

const good: DiskFacts = {
  ...{ name: 'vda', bytes: DISK_BYTES_MIN, blockBytes: 512, isReadOnly: false, model: 'X 1' },
  content: { kind: 'nothing' },
}
const asked = { isAsked: true, erase: false }
const unasked = { isAsked: false, erase: false }
const other = { kind: 'other', what: 'an ext4 file system' } as const

test('a disk that will not do is refused, whoever asks', t => {
  const cases: readonly (readonly [string, Partial<DiskFacts>])[] = [
    ['disk_too_small', { bytes: DISK_BYTES_MIN - 512 }],
    ['disk_blocks', { blockBytes: 4096 }],
    ['disk_read_only', { isReadOnly: true }],
    ['disk_is_medium', { content: { kind: 'director_iso' } }],
  ]
  for (const [code, change] of cases) {
    for (const wish of [asked, { ...unasked, erase: true }]) {
      t.is(refusalFor({ ...good, ...change }, wish)?.code, code)
    }
  }
  t.is(refusalFor(good, asked), undefined)
  t.is(refusalFor(good, unasked), undefined)
})

test('what is on a disk may be lost only if a person or --erase says so', t => {
  const full = { ...good, content: other }
  t.like(refusalFor(full, unasked), { code: 'disk_not_empty', found: 'an ext4 file system' })
  t.is(refusalFor(full, { ...unasked, erase: true }), undefined)
  t.is(refusalFor(full, asked), undefined)
  t.is(diskLine(full), 'vda: 252 MB, X 1; on it: an ext4 file system')
  t.is(consentTo('vda'), 'install vda')
})

test('the disk that this system came from is refused', async t => {
  const disk = fakeDisk(DISK_BYTES_MIN)
  install(disk)
  const content = whatIsOn(await reader(disk).read(0, LOOK_BYTES))
  const bootDisk = 'fedcba98-fedc-8a98-bedc-ba98fedcba03'
  t.is(refusalFor({ ...good, content }, { ...asked, bootDisk })?.code, 'disk_is_running')
  t.is(refusalFor({ ...good, content }, { ...asked, bootDisk: `${bootDisk}0` }), undefined)
  t.is(refusalFor({ ...good, content }, asked), undefined)
})

test('what is on a disk is told by its marks', t => {
  const head = (at: number, text: string) => {
    const bytes = Buffer.alloc(LOOK_BYTES)
    bytes.write(text, at, 'latin1')
    return whatIsOn(bytes)
  }
  t.deepEqual(head(0, ''), { kind: 'nothing' })
  t.deepEqual(head(0x438, '\x53\xef'), { kind: 'other', what: 'an ext2, ext3 or ext4 file system' })
  t.deepEqual(head(0, 'XFSB'), { kind: 'other', what: 'an XFS file system' })
  t.deepEqual(head(0x8001, 'CD001'), { kind: 'other', what: 'an ISO 9660 file system' })
  t.deepEqual(head(5000, 'x'), { kind: 'other', what: 'data of a kind that is not known here' })
  const mbr = Buffer.alloc(LOOK_BYTES)
  mbr[446 + 4] = 0x83
  mbr.writeUInt16LE(0xaa55, 510)
  t.deepEqual(whatIsOn(mbr), { kind: 'other', what: 'a partition table (MBR) with 1 partition' })
  mbr.write('CD001', 0x8001)
  mbr.write('DIRECTOR', 0x8028)
  t.deepEqual(whatIsOn(mbr), { kind: 'director_iso' })
  t.deepEqual(whatIsOn(new Uint8Array(10)), { kind: 'nothing' })
})
