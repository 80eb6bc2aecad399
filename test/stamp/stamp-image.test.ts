import { randomBytes } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import anyTest, { type TestFn } from 'ava'
import { encodeBaseFacts } from '../../src/compose/base-facts.ts'
import { load } from '../../src/model/cluster.ts'
import { encodeNodeConfig, resolve } from '../../src/model/resolve.ts'
import { withImage } from '../../src/stamp/image-reader.ts'
import { openDirectorIso, readStamped } from '../../src/stamp/iso.ts'
import { heldSource, readNodeSource, readNodeSources } from '../../src/stamp/node-source.ts'
import { decodeStamp } from '../../src/stamp/stamp.ts'
import { stampEach } from '../../src/stamp/stamp-each.ts'
import { stampFleet } from '../../src/stamp/stamp-fleet.ts'
import { type StampedImage, type StampOptions, stampImage } from '../../src/stamp/stamp-image.ts'
import { BASE, OTHER_BASE, problemOf, sampleIso } from './sample.ts'

interface Context {
  readonly folder: string
  readonly iso: string
  readonly initramfs: string
  /** node.json of lb1. */
  readonly config: string
}
const test = anyTest as TestFn<Context>
const CLUSTER = 'examples/pair/cluster.yaml'

test.beforeEach(async t => {
  const folder = mkdtempSync(join(tmpdir(), 'director-stamp-'))
  const place = (name: string, bytes: Uint8Array) => {
    writeFileSync(join(folder, name), bytes)
    return join(folder, name)
  }
  const facts = { kernel: '6', agent: '0', features: [] as string[] }
  const head = encodeBaseFacts({ schema: 1, base_sha256: BASE, ...facts })
  const [lb1] = resolve(await load(CLUSTER))
  if (lb1 === undefined) throw new Error('the example has no node')
  t.context = {
    folder,
    iso: place('base.iso', sampleIso()),
    initramfs: place('initramfs.zst', head),
    config: place('lb1.json', encodeNodeConfig(lb1)),
  }
})
test.afterEach.always(t => rmSync(t.context.folder, { recursive: true, force: true }))

/** Stamps an image and uses it. */
async function stamped<T>(
  base: string,
  config: string | undefined,
  use: (image: StampedImage) => Promise<T>,
  options: Partial<StampOptions> = {},
  node?: string,
): Promise<T> {
  const source = config === undefined ? undefined : await readNodeSource(config, node)
  return withImage(base, async image =>
    use(await stampImage(image, source, { replace: false, ...options })),
  )
}

const write = (path: string) => (image: StampedImage) => image.write(path)

test('a cluster file, a node.json and a stamp give the same ISO, in a file and in a pipe', async t => {
  const { folder, iso, initramfs, config } = t.context
  const [first, second, third] = ['1.iso', '2.iso', '3.iso'].map(name => join(folder, name))
  const stamp = join(folder, 'lb1.img')
  await stamped(iso, CLUSTER, write(first ?? ''), {}, 'lb1')
  await stamped(iso, config, write(second ?? ''))
  await stamped(initramfs, config, write(stamp))
  await stamped(iso, stamp, write(third ?? ''))
  t.deepEqual(readFileSync(second ?? ''), readFileSync(first ?? ''))
  t.deepEqual(readFileSync(third ?? ''), readFileSync(first ?? ''))
  t.is(statSync(first ?? '').mode & 0o777, 0o600)
  t.is(statSync(stamp).mode & 0o777, 0o600)

  const piped = await stamped(iso, config, async image => {
    const pieces: Uint8Array[] = []
    for await (const piece of image.stream()) pieces.push(piece)
    return Buffer.concat(pieces)
  })
  t.deepEqual(piped, readFileSync(first ?? ''))
})

test('a stamped ISO is refused without --replace, and removing gives back the base', async t => {
  const { folder, iso, config } = t.context
  const lb1 = join(folder, 'lb1.iso')
  await stamped(iso, config, write(lb1))
  t.is((await problemOf(() => stamped(lb1, config, write(lb1)))).code, 'already_stamped')
  await stamped(lb1, config, write(lb1), { replace: true })
  const removed = join(folder, 'removed.iso')
  await stamped(lb1, undefined, write(removed))
  t.deepEqual(readFileSync(removed), readFileSync(iso))
  t.is((await problemOf(() => stamped(removed, undefined, write(lb1)))).code, 'not_stamped')
})

/** Puts every node of a file into an image of several. */
async function stampedFleet(base: string, config: string, output: string, replace = false) {
  const sources = await readNodeSources(config, undefined)
  await withImage(base, async image =>
    (await stampFleet(image, sources, { replace })).write(output),
  )
}

const nodesIn = (path: string) =>
  withImage(path, async image => {
    const found = await readStamped(await openDirectorIso(image))
    return found?.kind === 'fleet' ? found.fleet.stamps : []
  })

test('an ISO takes all nodes of a file, then one of them anew, and nothing is half done', async t => {
  const { folder, iso, config } = t.context
  const fleet = join(folder, 'fleet.iso')
  await stampedFleet(iso, CLUSTER, fleet)
  t.is(statSync(fleet).mode & 0o777, 0o600)
  const before = await nodesIn(fleet)
  t.deepEqual(
    before.map(({ facts }) => facts.node),
    ['lb1', 'lb2'],
  )
  t.is((await problemOf(() => stampedFleet(fleet, config, fleet))).code, 'already_stamped')
  t.is((await problemOf(() => stamped(fleet, config, write(fleet)))).code, 'already_stamped')

  const value = JSON.parse(readFileSync(config, 'utf8'))
  const changed = (change: object) => writeFileSync(config, JSON.stringify({ ...value, ...change }))
  changed({ services: [] })
  await stampedFleet(fleet, config, fleet, true)
  const after = await nodesIn(fleet)
  t.deepEqual(after[1], before[1])
  t.notDeepEqual(after[0], before[0])

  changed({ cluster: 'shop' })
  const bytes = readFileSync(fleet)
  const conflict = await problemOf(() => stampedFleet(fleet, config, fleet, true))
  t.is(conflict.code, 'fleet_conflict')
  t.regex(conflict.found ?? '', /52:54:00:d1:01:01 for pair\/lb1 and for shop\/lb1/)
  t.deepEqual(readFileSync(fleet), bytes)

  const single = join(folder, 'single.iso')
  await stamped(iso, CLUSTER, write(single), {}, 'lb2')
  t.is((await problemOf(() => stampedFleet(single, CLUSTER, single))).code, 'already_stamped')
  await stamped(fleet, undefined, write(single))
  t.deepEqual(readFileSync(single), readFileSync(iso))
  t.deepEqual(
    readdirSync(folder).filter(name => name.endsWith('.part')),
    [],
  )
})

test('each node of several files gets a file of its own, all of them or none', async t => {
  const { folder, iso, initramfs, config } = t.context
  const out = join(folder, 'out')
  const each = async (base: string, configs: readonly string[], replace = false) => {
    const sources = await Promise.all(configs.map(path => readNodeSources(path, undefined)))
    return withImage(base, image => stampEach(image, sources.flat(), out, { replace }))
  }
  const { files, copied } = await each(iso, [CLUSTER])
  t.true(copied === 'reflink' || copied === 'copy')
  t.deepEqual(
    files.map(({ path }) => path.slice(out.length)),
    ['/lb1.iso', '/lb2.iso'],
  )
  const single = join(folder, 'single.iso')
  await stamped(iso, CLUSTER, write(single), {}, 'lb2')
  t.deepEqual(readFileSync(join(out, 'lb2.iso')), readFileSync(single))
  t.is(statSync(join(out, 'lb2.iso')).mode & 0o777, 0o600)

  const shop = join(folder, 'shop.json')
  const value = JSON.parse(readFileSync(config, 'utf8'))
  writeFileSync(shop, JSON.stringify({ ...value, cluster: 'shop' }))
  await each(initramfs, [CLUSTER, shop])
  t.deepEqual(readdirSync(out).sort(), ['lb1.iso', 'lb2.iso', 'pair', 'shop'])
  t.deepEqual(readdirSync(join(out, 'pair')).sort(), ['lb1.img', 'lb2.img'])
  t.is(statSync(join(out, 'shop/lb1.img')).mode & 0o777, 0o600)
  const { config: own } = await readNodeSource(join(out, 'shop/lb1.img'), 'lb1')
  t.is(own.cluster, 'shop')

  t.is((await problemOf(() => each(initramfs, [config, config]))).code, 'fleet_conflict')
  t.is((await problemOf(() => each(single, [CLUSTER]))).code, 'already_stamped')
  const keys = Array.from(
    { length: 40 },
    () => `ssh-ed25519 ${randomBytes(200).toString('base64')}`,
  )
  writeFileSync(shop, JSON.stringify({ ...value, access: { authorized_keys: keys } }))
  rmSync(out, { recursive: true })
  t.is((await problemOf(() => each(iso, [CLUSTER, shop]))).code, 'fleet_conflict')
  const two = { ...value, cluster: 'shop', access: { authorized_keys: keys } }
  writeFileSync(shop, JSON.stringify(two))
  t.is((await problemOf(() => each(iso, [CLUSTER, shop]))).code, 'stamp_too_large')
  t.deepEqual(readdirSync(join(out, 'pair')), [])
})

test('a node that was restored is stamped so, and differs in nothing else', async t => {
  const source = await readNodeSource(t.context.config, undefined)
  const { config } = decodeStamp(heldSource(source).stampFor(BASE))
  t.deepEqual(JSON.parse(Buffer.from(config).toString()), { ...source.config, held: true })
})

test('a stamp that is too large for an ISO leaves the old file as it was', async t => {
  const { folder, iso, config } = t.context
  const output = join(folder, 'lb1.iso')
  await stamped(iso, config, write(output))
  const before = readFileSync(output)
  const value = JSON.parse(readFileSync(config, 'utf8'))
  const keys = Array.from(
    { length: 40 },
    () => `ssh-ed25519 ${randomBytes(200).toString('base64')}`,
  )
  writeFileSync(config, JSON.stringify({ ...value, access: { authorized_keys: keys } }))
  const problem = await problemOf(() => stamped(iso, config, write(output)))
  t.like(problem, { code: 'stamp_too_large', expected: 'at most 4096 bytes' })
  t.deepEqual(readFileSync(output), before)
  t.is(readdirSync(folder).length, 4)
})

test('a stamp of another base is refused, and a base that was not asked for', async t => {
  const { folder, iso, initramfs, config } = t.context
  const foreign = join(folder, 'foreign.zst')
  const stamp = join(folder, 'foreign.img')
  const facts = { kernel: '6', agent: '0', features: [] as string[] }
  writeFileSync(foreign, encodeBaseFacts({ schema: 1, base_sha256: OTHER_BASE, ...facts }))
  await stamped(foreign, config, write(stamp))
  for (const base of [iso, initramfs]) {
    const output = join(folder, 'output')
    t.is((await problemOf(() => stamped(base, stamp, write(output)))).code, 'stamp_foreign')
    const other = { expectedBase: OTHER_BASE }
    t.is((await problemOf(() => stamped(base, config, write(output), other))).code, 'base_other')
    t.false(readdirSync(folder).includes('output'))
  }
})

test('a file that cannot be a base is refused by what it is', async t => {
  const { folder, config, iso, initramfs } = t.context
  const cut = join(folder, 'cut.iso')
  writeFileSync(cut, readFileSync(iso).subarray(0, 40_000))
  const refused = async (base: string) =>
    (await problemOf(() => stamped(base, config, write(join(folder, 'output'))))).code
  t.is(await refused(cut), 'image_truncated')
  t.is(await refused(config), 'iso_unknown')
  t.is(await refused(join(folder, 'gone')), 'file_unreadable')
  t.is(await refused(folder), 'file_unreadable')
  const removal = await problemOf(() => stamped(initramfs, undefined, write(join(folder, 'x'))))
  t.is(removal.code, 'wrong_usage')
})

test('the node must be named where a file has several, and must be in it', async t => {
  const { config } = t.context
  for (const [file, node] of [
    [CLUSTER, undefined],
    [CLUSTER, 'lb3'],
    [config, 'lb2'],
  ] as const) {
    t.is((await problemOf(() => readNodeSource(file, node))).code, 'wrong_usage')
  }
  t.is(
    (await problemOf(() => readNodeSource(join(t.context.folder, 'no'), 'lb1'))).code,
    'file_unreadable',
  )
})

test('a node.json that is not right is refused, and its secrets are not shown', async t => {
  const { folder, config } = t.context
  const bad = join(folder, 'bad.json')
  const value = JSON.parse(readFileSync(config, 'utf8'))
  writeFileSync(bad, JSON.stringify({ ...value, secret_extra: '$6$hidden' }))
  const unknown = await problemOf(() => readNodeSource(bad, undefined))
  t.is(unknown.code, 'unknown_key')
  writeFileSync(bad, '{"access": "$6$hidden", ')
  const broken = await problemOf(() => readNodeSource(bad, undefined))
  t.is(broken.code, 'node_json_malformed')
  t.notRegex(JSON.stringify([unknown, broken]), /hidden/)
})
