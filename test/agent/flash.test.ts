import test from 'ava'
import {
  type BootState,
  confirmTrial,
  decodeBootState,
  encodeBootState,
  encodeStateArea,
  FIRST_STATE,
  STATE_OFFSET,
} from '../../src/agent/flash/boot-state.ts'
import { crc32 } from '../../src/agent/flash/crc32.ts'
import {
  COPIES,
  configCell,
  DISK_BYTES_MIN,
  LOADER_SCRIPT,
  LOADER_SUMS,
  MANIFEST,
  PARTITIONS,
  partition,
  SLOTS,
} from '../../src/agent/flash/disk-layout.ts'
import {
  decodeGpt,
  encodeGpt,
  encodeProtectiveMbr,
  GPT_HEAD_BYTES,
  GPT_TAIL_BYTES,
  type Gpt,
} from '../../src/agent/flash/gpt.ts'
import { decodeGuid, encodeGuid, guidsFrom } from '../../src/agent/flash/guid.ts'
import {
  decodeSlot,
  encodeSlotHead,
  placePieces,
  type SlotManifest,
} from '../../src/agent/flash/slot.ts'
import { sha256 } from '../../src/kit/hash.ts'
import { readPartitionTable } from '../../src/stamp/gpt.ts'
import { memoryReader } from '../../src/stamp/image-reader.ts'
import { fc } from '../support/fast-check.ts'

const DISK = 1 << 20
const guids = guidsFrom('0123456789abcdef'.repeat(4))

const sample: Gpt = {
  disk: guids.disk,
  diskBytes: DISK,
  partitions: [
    {
      name: 'one',
      type: PARTITIONS[0]?.type ?? '',
      guid: guids.partition(1),
      offset: 65536,
      length: 512,
    },
    {
      name: 'two',
      type: PARTITIONS[1]?.type ?? '',
      guid: guids.partition(2),
      offset: 66048,
      length: 4096,
    },
  ],
}

function diskWith(table: Gpt): Buffer {
  const disk = Buffer.alloc(table.diskBytes)
  for (const { offset, bytes } of encodeGpt(table)) disk.set(bytes, offset)
  disk.set(encodeProtectiveMbr(table.diskBytes), 446)
  return disk
}

test('CRC-32 is the one of gzip and of partition tables', t => {
  t.is(crc32(Buffer.from('123456789')), 0xcbf43926)
})

test('a GUID on a disk has its first three fields reversed', t => {
  const text = 'c12a7328-f81f-11d2-ba4b-00a0c93ec93b'
  t.is(Buffer.from(encodeGuid(text)).toString('hex'), '28732ac11ff8d211ba4b00a0c93ec93b')
  t.is(decodeGuid(encodeGuid(text)), text)
})

test('the GUIDs of a disk differ in the partition alone and are of version 8', t => {
  t.is(guids.disk, '01234567-89ab-8def-8123-456789abcd00')
  t.is(guids.partition(8), '01234567-89ab-8def-8123-456789abcd08')
})

test('a table is read back as it was written, by both readers', async t => {
  const disk = diskWith(sample)
  t.deepEqual(decodeGpt(disk.subarray(0, GPT_HEAD_BYTES)), sample)
  t.deepEqual(await readPartitionTable(memoryReader(disk, 'disk')), {
    diskBytes: DISK,
    hasEfiSystem: true,
  })
})

test('the copy of a table ends the disk and mirrors the first one', t => {
  const disk = diskWith(sample)
  const [first, last] = [disk.subarray(512, 1024), disk.subarray(DISK - 512)]
  t.is(last.readBigUInt64LE(24), 2047n)
  t.is(last.readBigUInt64LE(32), 1n)
  t.is(last.readBigUInt64LE(72), BigInt((DISK - GPT_TAIL_BYTES) / 512))
  t.deepEqual(last.subarray(88, 92), first.subarray(88, 92))
  t.deepEqual(disk.subarray(1024, GPT_HEAD_BYTES), disk.subarray(DISK - GPT_TAIL_BYTES, DISK - 512))
})

test('a table with any byte changed is none', t => {
  const head = diskWith(sample).subarray(0, GPT_HEAD_BYTES)
  for (const at of [512, 524, 540, 568, 600, 1024, 1100, GPT_HEAD_BYTES - 1]) {
    const damaged = Buffer.from(head)
    damaged[at] = (damaged[at] ?? 0) ^ 1
    t.is(decodeGpt(damaged), undefined, `byte ${at}`)
  }
  t.is(decodeGpt(new Uint8Array(GPT_HEAD_BYTES)), undefined)
})

test('the protective MBR covers the disk and has an active entry', t => {
  const mbr = Buffer.from(encodeProtectiveMbr(DISK))
  t.is(mbr[4], 0xee)
  t.is(mbr.readUInt32LE(12), 2047)
  t.is(mbr[16], 0x80)
  t.is(mbr.readUInt16LE(64), 0xaa55)
  t.is(Buffer.from(encodeProtectiveMbr(4e12)).readUInt32LE(12), 0xffff_ffff)
})

test('the areas of a flash disk follow each other and fit a disk of 256 MB', t => {
  let end = 1 << 20
  for (const { offset, length } of PARTITIONS) {
    t.is(offset, end)
    end = offset + length
  }
  t.is(end + (1 << 20), DISK_BYTES_MIN)
  t.true(DISK_BYTES_MIN <= 256e6)
})

test('the cells of the config area lie apart and in it', t => {
  const ranges = SLOTS.flatMap(slot => COPIES.map(copy => configCell(slot, copy))).flatMap(
    ({ settings, stamp }) => [settings, stamp],
  )
  for (const [index, { offset, length }] of ranges.entries()) {
    const next = ranges[index + 1]?.offset ?? partition('director-config').length
    t.true(offset + length <= next)
    t.is(offset % 512, 0)
  }
})

const states: fc.Arbitrary<BootState> = fc
  .record({
    active: fc.constantFrom('a', 'b'),
    copies: fc.record({
      a: fc.constantFrom(...COPIES),
      b: fc.constantFrom(...COPIES),
      rescue: fc.constantFrom(...COPIES),
    }),
    trial: fc.option(
      fc.record({
        slot: fc.constantFrom('a', 'b'),
        copy: fc.constantFrom(...COPIES),
        tries: fc.integer({ min: 0, max: 3 }),
      }),
      { nil: undefined },
    ),
  })
  .map(({ trial, ...rest }) => (trial === undefined ? rest : { ...rest, trial }) as BootState)

test('a state is read back as it was written, in one block', t => {
  fc.assert(
    fc.property(states, state => {
      const block = encodeBootState(state)
      t.is(block.length, 512)
      t.deepEqual(decodeBootState(block), state)
    }),
  )
})

test('what the loader leaves of a state is understood', t => {
  // GRUB drops a name that is unset and puts a new one last.
  const text = '# GRUB Environment Block\nactive=b\ntrial=a\ntries=1\n'.padEnd(512, '#')
  t.deepEqual(decodeBootState(Buffer.from(text)), {
    active: 'b',
    copies: { a: 0, b: 0, rescue: 0 },
    trial: { slot: 'a', copy: 0, tries: 1 },
  })
})

test('a block that is no state is none', t => {
  t.is(decodeBootState(new Uint8Array(512)), undefined)
  t.is(decodeBootState(encodeBootState(FIRST_STATE).slice(1)), undefined)
  const other = Buffer.from(encodeBootState(FIRST_STATE)).toString().replace('active=a', 'active=c')
  t.is(decodeBootState(Buffer.from(other)), undefined)
})

test('the state area is an archive with the block as its one file', t => {
  const area = Buffer.from(encodeStateArea(FIRST_STATE))
  const number = (from: number, field: number) =>
    Number.parseInt(area.toString('latin1', from + 6 + 8 * field, from + 14 + 8 * field), 16)
  // newc: the size of the file is field 6, that of its name, with what fills it, field 11.
  t.is(area.toString('latin1', 0, 6), '070701')
  t.is(area.toString('latin1', 110, 118), 'grubenv\0')
  t.is(110 + number(0, 11), STATE_OFFSET)
  t.is(number(0, 6), 512)
  t.deepEqual(decodeBootState(area.subarray(STATE_OFFSET)), FIRST_STATE)
  t.is(area.toString('latin1', 1024 + 110, 1024 + 120), 'TRAILER!!!')
})

test('confirming makes the trial the active one, with its stamp', t => {
  const trial = { slot: 'b', copy: 1, tries: 2 } as const
  t.deepEqual(confirmTrial({ ...FIRST_STATE, trial }), {
    active: 'b',
    copies: { a: 0, b: 1, rescue: 0 },
  })
  t.deepEqual(confirmTrial(FIRST_STATE), FIRST_STATE)
})

const places = placePieces({ kernel: 100_000, system: 1000 })
const manifest: SlotManifest = {
  schema: 1,
  version: '0.1.0',
  kernel_version: '6.12.1',
  base_sha256: 'b'.repeat(64),
  length: places.length,
  kernel: { ...places.kernel, sha256: 'c'.repeat(64) },
  system: { ...places.system, sha256: 'd'.repeat(64) },
  kernel_args: 'loglevel=4 panic=10',
  console: { port: 'ttyS0', baud: 115_200 },
  release: null,
  key: null,
  signature: null,
}
const headOf = (slot: SlotManifest) => encodeSlotHead(slot, sha256)

test('pieces begin at whole 64 KiB and take whole blocks', t => {
  t.deepEqual(places, {
    kernel: { offset: 65_536, length: 100_352 },
    system: { offset: 196_608, length: 1024 },
    length: 197_632,
  })
})

test('a manifest is read back as it was written', t => {
  const [first] = headOf(manifest)
  t.is(first?.offset, MANIFEST.offset)
  t.is(first?.text.length, MANIFEST.length)
  t.deepEqual(decodeSlot(Buffer.from(first?.text ?? '', 'latin1')), { kind: 'manifest', manifest })
})

test('the loader is given checksums that fill their blocks from the front', t => {
  const [, script, sums] = headOf(manifest)
  t.is(script?.text.length, LOADER_SCRIPT.length)
  t.regex(script?.text ?? '', /^set slot_version="0\.1\.0"\nset slot_kernel="128\+196"\n/)
  t.is(sums?.text.length, LOADER_SUMS.length)
  t.is(
    sums?.text.trimStart(),
    [
      `${sha256(script?.text ?? '')}  8+8`,
      `${'c'.repeat(64)}  128+196`,
      `${'d'.repeat(64)}  384+2`,
    ].join('\n'),
  )
})

test('an empty slot is told from a damaged one', t => {
  const bytes = (text: string) => Buffer.from(text.padEnd(4096, '\0'))
  t.deepEqual(decodeSlot(bytes('')), { kind: 'empty' })
  t.is(decodeSlot(bytes('{')).kind, 'damaged')
  t.is(decodeSlot(bytes('null\n')).kind, 'damaged')
  const wrong: readonly object[] = [
    { schema: 2 },
    { version: '"; reboot' },
    { kernel_args: 'a$b' },
    { base_sha256: 'B'.repeat(64) },
    { length: 0 },
    { kernel: { ...manifest.kernel, offset: 512 } },
    { system: { ...manifest.system, length: 1000 } },
    { system: { ...manifest.system, length: 1 << 20 } },
    { console: { port: 'ttyS0' } },
  ]
  for (const change of wrong) {
    const text = `${JSON.stringify({ ...manifest, ...change })}\n`
    t.is(decodeSlot(bytes(text)).kind, 'damaged', JSON.stringify(change))
  }
})
