import test from 'ava'
import { readPartitionTable } from '../../src/stamp/gpt.ts'
import { memoryReader } from '../../src/stamp/image-reader.ts'
import { problemOf } from './sample.ts'
import { EFI_SYSTEM, partitioned } from './tiny-bootable.ts'

const read = (bytes: Uint8Array) => readPartitionTable(memoryReader(bytes, 'disk'))

test('an image without the signature has no table', async t => {
  t.is(await read(Buffer.alloc(4096)), undefined)
  t.is(await read(Buffer.alloc(100)), undefined)
})

test('the disk ends behind the copy of the table', async t => {
  const table = await read(partitioned({ types: [EFI_SYSTEM], diskBlocks: 64 }))
  t.deepEqual(table, { diskBytes: 64 * 512, hasEfiSystem: true })
})

test('entries may be larger than the usual 128 bytes', async t => {
  const types = ['0'.repeat(32), EFI_SYSTEM]
  t.true((await read(partitioned({ types, diskBlocks: 64, entryBytes: 256 })))?.hasEfiSystem)
})

test('a table of a size that none has is not read', async t => {
  for (const damage of [{ count: 1 << 30 }, { entryBytes: 1 << 20, count: 1 }]) {
    const table = await read(partitioned({ types: [], diskBlocks: 64, ...damage }))
    t.is(table?.hasEfiSystem, false)
  }
})

test('entries beyond the end are an image that is cut short', async t => {
  const image = partitioned({ types: [EFI_SYSTEM], diskBlocks: 64 })
  t.is((await problemOf(() => read(image.subarray(0, 1100)))).code, 'image_truncated')
  image.writeBigUInt64LE(0xffffffffffffffffn, 512 + 72)
  t.is((await problemOf(() => read(image))).code, 'image_truncated')
})
