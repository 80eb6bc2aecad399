import test from 'ava'
import { readBootWays } from '../../src/stamp/boot-ways.ts'
import { memoryReader } from '../../src/stamp/image-reader.ts'
import { problemOf, sampleIso } from './sample.ts'
import { bootableCd, CATALOG, EFI_SYSTEM, partitioned } from './tiny-bootable.ts'

const waysOf = (bytes: Uint8Array) => readBootWays(memoryReader(bytes, 'image'))
const { bios, bootable, notBootable, powerPcSection, uefiFirst, uefiSection } = CATALOG

test('an image that nothing starts says so', async t => {
  t.deepEqual(await waysOf(sampleIso()), { cd: [], disk: [] })
  t.deepEqual(await waysOf(new Uint8Array(0)), { cd: [], disk: [] })
})

test('a CD is started by the firmware of each bootable entry of its catalog', async t => {
  const cdOf = async (...entries: Parameters<typeof bootableCd>[0]) =>
    (await waysOf(bootableCd(entries))).cd
  t.deepEqual(await cdOf(bios, bootable), ['bios'])
  t.deepEqual(await cdOf(uefiFirst, bootable), ['uefi'])
  t.deepEqual(await cdOf(bios, bootable, uefiSection, bootable), ['bios', 'uefi'])
  t.deepEqual(await cdOf(bios, notBootable, uefiSection, bootable), ['uefi'])
  t.deepEqual(await cdOf(bios, bootable, uefiSection, notBootable), ['bios'])
  t.deepEqual(await cdOf(bios, bootable, powerPcSection, bootable), ['bios'])
})

test('a catalog that is not in the image is an image that is cut short', async t => {
  const cut = bootableCd([bios, bootable]).subarray(0, 18 * 2048)
  t.is((await problemOf(() => waysOf(cut))).code, 'image_truncated')
})

test('a disk is started by BIOS if its first sector has code and the mark', async t => {
  const image = Buffer.alloc(4096)
  image[3] = 0x90
  t.deepEqual((await waysOf(image)).disk, [])
  image.writeUInt16LE(0xaa55, 510)
  t.deepEqual((await waysOf(image)).disk, ['bios'])
  // A mark without code: the table that protects a GPT.
  image[3] = 0
  t.deepEqual((await waysOf(image)).disk, [])
})

test('a disk is started by UEFI if it has a system partition', async t => {
  const other = 'a2a0d0ebe5b9334487c068b6b72699c7'
  const with_ = partitioned({ types: [other, EFI_SYSTEM], diskBlocks: 64 })
  t.deepEqual((await waysOf(with_)).disk, ['uefi'])
  t.deepEqual((await waysOf(partitioned({ types: [other], diskBlocks: 64 }))).disk, [])
})
