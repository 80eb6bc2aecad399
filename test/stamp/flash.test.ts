import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import anyTest, { type TestFn } from 'ava'
import { decodeBootState, encodeBootState, FIRST_STATE } from '../../src/agent/flash/boot-state.ts'
import { DISK_BYTES_MIN, partition, slotPartition } from '../../src/agent/flash/disk-layout.ts'
import type { Toolbox } from '../../src/base/base-system.ts'
import { sha256File } from '../../src/kit/hash.ts'
import { load } from '../../src/model/cluster.ts'
import { encodeNodeConfig, resolve } from '../../src/model/resolve.ts'
import { makeBaseFlash } from '../../src/pack/flash.ts'
import { inspectFile } from '../../src/pack/inspect.ts'
import { isDirectorFlash, openDirectorFlash } from '../../src/stamp/flash.ts'
import { memoryReader, withImage } from '../../src/stamp/image-reader.ts'
import { readNodeSource } from '../../src/stamp/node-source.ts'
import { stampImage } from '../../src/stamp/stamp-image.ts'
import { BASE, CONSOLE, problemOf } from './sample.ts'

interface Context {
  readonly folder: string
  readonly base: string
  readonly config: string
  readonly other: string
}
const test = anyTest as TestFn<Context>

// No firmware, no loader, so no tools.
const noTools = {} as Toolbox

test.beforeEach(async t => {
  const folder = mkdtempSync(join(tmpdir(), 'director-flash-'))
  const place = (name: string, bytes: Uint8Array) => {
    writeFileSync(join(folder, name), bytes)
    return join(folder, name)
  }
  const facts = { schema: 1, base_sha256: BASE, kernel: '6', agent: '0', features: [] } as const
  const base = await makeBaseFlash(
    {
      kernelFile: place('vmlinuz', Buffer.alloc(5000, 'k')),
      initramfsFile: place('initramfs', Buffer.alloc(7000, 'i')),
      ...{ menuTemplate: '', earlyConfig: '', boot: [], console: CONSOLE, base: facts },
    },
    noTools,
    join(folder, 'work'),
  )
  const [lb1, lb2] = resolve(await load('examples/pair/cluster.yaml'))
  if (lb1 === undefined || lb2 === undefined) throw new Error('the example has no pair')
  const console = { port: 'ttyS1', baud: 9600 }
  t.context = {
    ...{ folder, base },
    config: place('lb1.json', encodeNodeConfig({ ...lb1, serial: { ...lb1.serial, console } })),
    other: place('lb2.json', encodeNodeConfig(lb2)),
  }
})
test.afterEach.always(t => rmSync(t.context.folder, { recursive: true, force: true }))

async function stamp(base: string, config: string | undefined, path: string, replace = false) {
  const source = config === undefined ? undefined : await readNodeSource(config, undefined)
  await withImage(base, async image => {
    await (await stampImage(image, source, { replace })).write(path)
  })
}

/** The ranges in which two images differ, by partition. */
async function differing(one: string, two: string): Promise<readonly string[]> {
  const [left, right] = [readFileSync(one), readFileSync(two)]
  const found = new Set<string>()
  for (let at = 0; at < left.length; at += 512) {
    if (left.subarray(at, at + 512).equals(right.subarray(at, at + 512))) continue
    const { offset, length } = partition('director-config')
    found.add(at >= offset && at < offset + length ? 'config' : `byte ${at}`)
  }
  return [...found]
}

test('a stamp changes the config area alone, and removing it gives back the base', async t => {
  const { base, config, folder, other } = t.context
  const [lb1, lb2, removed] = ['lb1', 'lb2', 'removed'].map(name => join(folder, name))
  await stamp(base, config, lb1 ?? '')
  t.deepEqual(await differing(base, lb1 ?? ''), ['config'])
  t.is(statSync(lb1 ?? '').mode & 0o777, 0o600)
  t.is((await problemOf(() => stamp(lb1 ?? '', other, lb2 ?? ''))).code, 'already_stamped')
  await stamp(lb1 ?? '', other, lb2 ?? '', true)
  t.like((await inspectFile(lb2 ?? '')).facts, { stamp: { node: 'lb2' }, is_for_this_base: true })
  await stamp(lb2 ?? '', undefined, removed ?? '')
  t.is(await sha256File(removed ?? ''), await sha256File(base))
  t.is((await problemOf(() => stamp(removed ?? '', undefined, lb2 ?? ''))).code, 'not_stamped')
})

test('the stamp before is kept in the other cell, to go back to', async t => {
  const { base, config, folder, other } = t.context
  const image = join(folder, 'image')
  await stamp(base, config, image)
  await stamp(image, other, image, true)
  await withFile(image, file =>
    file.write(
      encodeBootState({ ...FIRST_STATE, copies: { a: 1, b: 0, rescue: 1 } }),
      0,
      512,
      partition('director-state').offset + 512,
    ),
  )
  const before = await inspectFile(image)
  t.like(before.facts, { stamp: { node: 'lb1' }, is_for_this_base: true })
  // The settings go with the stamp: lb1 has its console on another port.
  const settings = readFileSync(image).toString('latin1', ...cellOfA(1))
  t.regex(settings, /serial_unit="1"\nset serial_speed="9600"/)
})

const cellOfA = (copy: number): [number, number] => {
  const at = partition('director-config').offset + copy * 1088 * 1024
  return [at, at + 100]
}

test('an image is sparse, and the same wherever it is made', async t => {
  const { base, config, folder } = t.context
  const image = join(folder, 'image')
  await stamp(base, config, image)
  for (const path of [base, image]) {
    const { blocks, size } = statSync(path)
    t.is(size, DISK_BYTES_MIN)
    t.true(blocks * 512 < 8 << 20, `${path} takes ${blocks * 512} bytes`)
  }
})

test('what is no flash image, or a damaged one, is told from a good one', async t => {
  const { base, folder } = t.context
  t.true(await withImage(base, isDirectorFlash))
  t.false(await isDirectorFlash(memoryReader(Buffer.alloc(1 << 20), 'zeros')))
  const open_ = (path: string) => withImage(path, openDirectorFlash)
  const cut = join(folder, 'cut')
  writeFileSync(cut, readFileSync(base).subarray(0, -512))
  t.is((await problemOf(() => open_(cut))).code, 'image_truncated')
  for (const [at, code] of [
    [partition('director-state').offset + 512, 'flash_damaged'],
    [slotPartition('a').offset, 'flash_damaged'],
    [600, 'flash_not_ours'],
  ] as const) {
    const damaged = join(folder, `damaged-${at}`)
    writeFileSync(damaged, readFileSync(base))
    await withFile(damaged, file => file.write(Buffer.from('x'), 0, 1, at))
    t.is((await problemOf(() => open_(damaged))).code, code)
  }
  t.is(decodeBootState(new Uint8Array(512)), undefined)
})

async function withFile<T>(
  path: string,
  work: (file: Awaited<ReturnType<typeof open>>) => Promise<T>,
): Promise<void> {
  const file = await open(path, 'r+')
  await work(file)
  await file.close()
}
