import test from 'ava'
import { encodeBaseFacts } from '../../src/compose/base-facts.ts'
import type { BaseFacts } from '../../src/model/base-facts.ts'
import { readBaseFacts } from '../../src/stamp/base-facts.ts'
import { memoryReader } from '../../src/stamp/image-reader.ts'
import { BASE, problemOf } from './sample.ts'

const FACTS: BaseFacts = {
  schema: 1,
  base_sha256: BASE,
  kernel: '6.12.1',
  agent: '0.1.0',
  features: ['stamp-1'],
}
const read = (bytes: Uint8Array) => readBaseFacts(memoryReader(bytes, 'initramfs.zst'))

test('what an image is stands at its head, whatever follows', async t => {
  const head = encodeBaseFacts(FACTS)
  t.deepEqual(await read(head), FACTS)
  t.deepEqual(await read(Buffer.concat([head, Buffer.alloc(100_000, 0xb5)])), FACTS)
})

test('the head ends on a boundary of four bytes, so that any archive may follow', t => {
  t.is(encodeBaseFacts(FACTS).length % 4, 0)
})

test('another archive, a damaged one and no archive at all are refused', async t => {
  const damaged = Buffer.from(encodeBaseFacts(FACTS))
  damaged.write('"schema":7', damaged.indexOf('"schema":1'))
  for (const bytes of [damaged, Buffer.from('070701'), Buffer.alloc(0), Buffer.alloc(9000, 'x')]) {
    t.is((await problemOf(() => read(bytes))).code, 'initramfs_not_ours')
  }
})
