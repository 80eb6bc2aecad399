import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { gunzipSync } from 'node:zlib'
import anyTest, { type TestFn } from 'ava'
import { encodeBaseFacts } from '../src/compose/base-facts.ts'
import { compareFiles } from '../src/describe/compare.ts'
import { fatMembers } from '../src/describe/fat.ts'
import { inspectFolder } from '../src/describe/inspect-folder.ts'
import { jsonDiff } from '../src/describe/json-diff.ts'
import { lineDiff } from '../src/describe/line-diff.ts'
import { renderComparison } from '../src/describe/render-comparison.ts'
import { renderSize, renderSizeDiff } from '../src/describe/render-size.ts'
import { sizeOf } from '../src/describe/size.ts'
import { diffSizes } from '../src/describe/size-diff.ts'
import { sizeSvg } from '../src/describe/size-svg.ts'
import { slotMembers } from '../src/describe/slot-members.ts'
import { collectSources } from '../src/describe/sources.ts'
import { divide } from '../src/describe/treemap.ts'
import { wantedSources } from '../src/describe/wanted-sources.ts'
import { zstdFrameBytes } from '../src/describe/zstd.ts'
import { sha256 } from '../src/kit/hash.ts'
import { quietSteps } from '../src/kit/steps.ts'
import { load } from '../src/model/cluster.ts'
import type { NodeConfig } from '../src/model/node-config.ts'
import { encodeNodeConfig, resolve } from '../src/model/resolve.ts'
import type { Component } from '../src/sbom/cyclonedx.ts'
import { memoryReader } from '../src/stamp/image-reader.ts'
import { openDirectorIso, stampPatches } from '../src/stamp/iso.ts'
import { streamPatched } from '../src/stamp/patch.ts'
import { encodeStamp } from '../src/stamp/stamp.ts'
import { encodeFileHead } from '../src/tree/cpio.ts'
import { readTar } from '../src/tree/tar.ts'
import { BASE, CONSOLE, OTHER_BASE, problemOf, sampleIso } from './stamp/sample.ts'
import { tinyIso } from './stamp/tiny-iso.ts'
import { fc } from './support/fast-check.ts'
import { startLockedMirror } from './support/locked-mirror.ts'
import { requires } from './support/requires.ts'

const test = anyTest as TestFn<{ folder: string }>

test.beforeEach(t => {
  t.context.folder = mkdtempSync(join(tmpdir(), 'director-describe-'))
})
test.afterEach.always(t => rmSync(t.context.folder, { recursive: true, force: true }))

/** Writes files of a folder, private ones with mode 0600. */
function put(folder: string, name: string, files: Readonly<Record<string, string | Uint8Array>>) {
  for (const [path, content] of Object.entries(files)) {
    const place = join(folder, name, path)
    mkdirSync(dirname(place), { recursive: true })
    writeFileSync(place, content)
    chmodSync(place, path.startsWith('private') ? 0o600 : 0o644)
  }
  return join(folder, name)
}

const HASH = '$6$saltsalt$hashhashhash'
const HOST_KEY = 'c2VjcmV0IGhvc3Qga2V5'

/** The stamp of lb1 with secrets, and with another name of its service. */
async function secretStamp(service: string, secret: string): Promise<Uint8Array> {
  const [node] = resolve(await load('examples/pair/cluster.yaml')) as [NodeConfig]
  const access = {
    authorized_keys: [],
    console_password_hash: HASH + secret,
    ssh_host_key: HOST_KEY + secret,
  }
  const services = node.services.map(one => ({ ...one, name: service }))
  const config = encodeNodeConfig({ ...node, services, access })
  return encodeStamp({ cluster: 'pair', node: 'lb1', baseSha256: BASE, config })
}

test('two folders are compared by path, mode and content', async t => {
  const { folder } = t.context
  const first = put(folder, 'a', { same: 'x', text: 'one\ntwo\nthree\n', gone: 'abc' })
  const second = put(folder, 'b', { same: 'x', text: 'one\n2\nthree\n', 'new/file': '' })
  chmodSync(join(second, 'same'), 0o755)
  const found = await compareFiles(first, second)
  t.deepEqual(
    found.differences.map(({ path, what }) => `${path} ${what}`),
    ['gone removed', 'new/file added', 'same mode', 'text content'],
  )
  t.deepEqual(found.differences[3]?.details, ['-two', '+2'])
  t.false(found.same)
  t.true((await compareFiles(first, first)).same)
})

test('two ISOs are compared down to a value in the stamp, without its secrets', async t => {
  const { folder } = t.context
  const base = memoryReader(sampleIso(), 'base.iso')
  const stamped = async (name: string, stamp: Uint8Array) => {
    const pieces: Uint8Array[] = []
    const patches = stampPatches(await openDirectorIso(base), stamp, CONSOLE)
    for await (const piece of streamPatched(base, patches)) pieces.push(piece)
    put(folder, '.', { [name]: Buffer.concat(pieces) })
    return join(folder, name)
  }
  const first = await stamped('a.iso', await secretStamp('web', ''))
  const second = await stamped('b.iso', await secretStamp('shop', 'x'))
  const found = await compareFiles(first, second)
  const config = found.differences.find(({ path }) => path.endsWith('node.json'))
  t.is(config?.path, 'director/node.img: etc/director/node.json')
  const shown = renderComparison(found) + JSON.stringify(found)
  t.regex(shown, /services\[shop\]/)
  t.regex(shown, /access\.ssh_host_key: "\(secret\)" -> "\(secret\)"/)
  for (const secret of [HASH, 'saltsalt', HOST_KEY]) t.false(shown.includes(secret), secret)
})

test('two archives are compared by their files, and by what says which base they are', async t => {
  const facts = { schema: 1, kernel: '6.12', agent: '0.1.0', features: ['stamp-1'] } as const
  const head = (base_sha256: string) => encodeBaseFacts({ ...facts, base_sha256 })
  const first = put(t.context.folder, 'a', { 'initramfs.zst': head(BASE) })
  const second = put(t.context.folder, 'b', { 'initramfs.zst': head(OTHER_BASE) })
  const { differences } = await compareFiles(first, second)
  t.is(differences[0]?.path, 'initramfs.zst: etc/director/base.json')
  t.regex(differences[0]?.details?.[0] ?? '', /^base_sha256: "b+" -> "c+"$/)
})

test('what only its owner may read is never shown', async t => {
  const { folder } = t.context
  const first = put(folder, 'a', { 'private.conf': 'word=one\n', 'private.json': '{"word":"one"}' })
  const second = put(folder, 'b', {
    'private.conf': 'word=two\n',
    'private.json': '{"word":"two"}',
  })
  const shown = renderComparison(await compareFiles(first, second))
  t.regex(shown, /only its owner may read it/)
  t.notRegex(shown, /one|two/)
})

test('a difference that was told is not told again', async t => {
  const { folder } = t.context
  const long = (word: string) => `${'line\n'.repeat(50)}${word}\n`
  const first = put(folder, 'a', { x: long('old'), y: long('old') })
  const second = put(folder, 'b', { x: long('new'), y: long('new') })
  const { differences } = await compareFiles(first, second)
  t.deepEqual(differences[0]?.details, ['-old', '+new'])
  t.deepEqual(differences[1]?.details, ['as x'])
})

test('two builds are compared by the packages that they took', async t => {
  const bill = (version: string) =>
    JSON.stringify({
      bomFormat: 'CycloneDX',
      components: [{ name: 'busybox-static', version, purl: 'pkg:deb/debian/busybox-static' }],
    })
  const first = put(t.context.folder, 'a', { 'sbom.cdx.json': bill('1.36') })
  const second = put(t.context.folder, 'b', { 'sbom.cdx.json': bill('1.37') })
  const found = await compareFiles(first, second)
  t.deepEqual(found.packages, [{ name: 'busybox-static', first: '1.36', second: '1.37' }])
  t.regex(renderComparison(found), /package busybox-static 1\.36 -> 1\.37/)
})

test('bytes are compared by ranges, and a damaged image is compared as bytes', async t => {
  const { folder } = t.context
  const bytes = (at: number) => {
    const content = Buffer.alloc(5000)
    content[at] = 1
    return content
  }
  const first = put(folder, 'a', { blob: bytes(100), 'x.iso': sampleIso() })
  const cut = sampleIso().subarray(0, 36_000)
  const second = put(folder, 'b', { blob: bytes(4000), 'x.iso': cut })
  const { differences } = await compareFiles(first, second)
  t.deepEqual(differences[0]?.details, ['differ: byte 100, byte 4000'])
  t.regex(differences[1]?.details?.join() ?? '', /cannot be looked into/)
})

test('the head of a file of an archive, which lies on an ISO by itself, is compared as bytes', async t => {
  const head = (size: number) => encodeFileHead('install/system', { inode: 2, mode: 0o600, size })
  const first = put(t.context.folder, 'a', { 'system.head': head(70_000) })
  const second = put(t.context.folder, 'b', { 'system.head': head(70_001) })
  const { differences } = await compareFiles(first, second)
  t.deepEqual(differences[0]?.details, ['differ: byte 61'])
})

test('two programs are compared by their sections too', async t => {
  const program = readFileSync('test/fixtures/base/elf/hello')
  const other = Buffer.from(program)
  other[program.indexOf('/lib64/ld-linux')] = 0x2e
  const first = put(t.context.folder, 'a', { program })
  const second = put(t.context.folder, 'b', { program: other })
  const { differences } = await compareFiles(first, second)
  t.regex(differences[0]?.details?.[0] ?? '', /^section \.interp: (\d+) -> \1 bytes$/)
  t.is(differences[0]?.details?.length, 2)
})

test('a line diff tells what it leaves out, and hides what looks like a secret', t => {
  const options = { linesMax: 2 }
  t.deepEqual(lineDiff('a\nb\nc', 'a\nc\nd', options), ['-b', '+d'])
  t.deepEqual(lineDiff('', '1\n2\n3', options), ['-', '+1', '(2 more lines)'])
  const shown = lineDiff('a', `root:${HASH}:1\npassword=x`, { linesMax: 9 }).join('\n')
  t.notRegex(shown, /saltsalt|=x/)
})

test('a line diff turns the first text into the second', t => {
  const text = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 12 })
  fc.assert(
    fc.property(text, text, (first, second) => {
      const lines = lineDiff(first.join('\n'), second.join('\n'), { linesMax: 99 })
      const removed = lines.filter(line => line.startsWith('-')).length
      const added = lines.filter(line => line.startsWith('+')).length
      const [left, right] = [first.join('\n').split('\n'), second.join('\n').split('\n')]
      return left.length - removed + added === right.length
    }),
  )
  t.pass()
})

test('lists of JSON are compared by the names of their items', t => {
  const first = {
    list: [
      { name: 'a', n: 1 },
      { name: 'b', n: 2 },
    ],
    words: ['x', 'y'],
  }
  const second = {
    list: [
      { name: 'b', n: 3 },
      { name: 'a', n: 1 },
    ],
    words: ['y'],
  }
  t.deepEqual(jsonDiff(first, second), [
    { path: 'list[b].n', first: '2', second: '3' },
    { path: 'words[x]', first: '"x"' },
  ])
  t.deepEqual(jsonDiff({ a: { password: 'p' } }, {}), [
    { path: 'a', first: '{"password":"(secret)"}' },
  ])
})

/** A FAT12 file system with one folder and one file of two clusters. */
function tinyFat(content: string): Buffer {
  const image = Buffer.alloc(64 * 512)
  image.writeUInt16LE(512, 11)
  image[13] = 1
  image.writeUInt16LE(1, 14)
  image[16] = 1
  image.writeUInt16LE(16, 17)
  image.writeUInt16LE(64, 19)
  image.writeUInt16LE(1, 22)
  image.write('FAT12   ', 54, 'latin1')
  // Clusters 2 (a folder, one piece), 3 and 4 (a file): fff, 004, fff of 12 bits each.
  image.set([0xf8, 0xff, 0xff, 0xff, 0x4f, 0x00, 0xff, 0x0f], 512)
  const entry = (at: number, name: string, flags: number, cluster: number, size: number) => {
    image.write(name, at, 'latin1')
    image[at + 11] = flags
    image.writeUInt16LE(cluster, at + 26)
    image.writeUInt32LE(size, at + 28)
  }
  entry(1024, 'EFI        ', 16, 2, 0)
  const data = 1024 + 512
  entry(data, '.          ', 16, 2, 0)
  entry(data + 32, 'BOOTX64 EFI', 0, 3, content.length)
  image.write(content, data + 512, 'latin1')
  return image
}

test('the files of a FAT file system are found, of several clusters too', async t => {
  const content = 'efi'.repeat(250)
  const members = await fatMembers(memoryReader(tinyFat(content), 'esp'))
  t.deepEqual(
    members.map(({ path }) => path),
    ['efi/bootx64.efi', '(file system)'],
  )
  t.is((await members[0]?.content?.read(0, content.length))?.toString(), content)
  const odd = tinyFat(content)
  odd[13] = 0
  t.is((await problemOf(() => fatMembers(memoryReader(odd, 'esp')))).code, 'fat_malformed')
})

test('a slot of a flash disk is divided as its manifest says', async t => {
  const image = Buffer.alloc(4096)
  const places = { kernel: { offset: 1024, length: 512 }, system: { offset: 2048, length: 1024 } }
  image.write(`${JSON.stringify({ schema: 1, ...places })}\n`)
  const members = await slotMembers(memoryReader(image, 'slot'))
  t.deepEqual(
    members?.map(({ path, content }) => `${path} ${content?.size}`),
    ['kernel 512', 'system 1024', '(room of the slot) 2560'],
  )
  t.is(await slotMembers(memoryReader(Buffer.alloc(100), 'empty')), undefined)
})

test('the end of a zstd frame is found without unpacking it', async t => {
  // Magic, descriptor with a checksum, window; a raw block of 3, a run of 9, the checksum.
  const blocks = [0x18, 0, 0, 1, 2, 3, 0x4b, 0, 0, 7]
  const frame = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 4, 0, ...blocks, 1, 2, 3, 4])
  t.is(zstdFrameBytes(Buffer.concat([frame, Buffer.alloc(99)])), frame.length)
  const cut = frame.subarray(0, frame.length - 1)
  t.is((await problemOf(() => zstdFrameBytes(cut))).code, 'zstd_malformed')
  t.is((await problemOf(() => zstdFrameBytes(Buffer.alloc(99)))).code, 'zstd_malformed')
})

test('every byte of an image is counted once, by package where a manifest names it', async t => {
  const facts = { schema: 1, kernel: '6.12', agent: '0.1.0', features: [] } as const
  const system = encodeBaseFacts({ ...facts, base_sha256: BASE })
  // The head of an entry alone, as loaders join them.
  const install = { 'kernel.head': system.subarray(0, 112) }
  const boot = { vmlinuz: Buffer.alloc(9000, 1), 'initramfs.zst': system }
  const iso = tinyIso({ boot, director: { install } })
  const manifest = {
    packages: [{ name: 'linux-image-6.12-amd64', version: '6.12-1' }],
    files: [{ path: 'etc/director/base.json', from: 'overlay' }],
  }
  const folder = put(t.context.folder, 'a', {
    'base.iso': iso,
    'manifest.json': JSON.stringify(manifest),
  })
  const report = await sizeOf(folder)
  const sum = (list: readonly { stored: number }[]) =>
    list.reduce((total, { stored }) => total + stored, 0)
  t.is(sum(report.files), iso.length)
  t.is(sum(report.packages), iso.length)
  t.like(
    report.packages.find(({ name }) => name === 'linux-image-6.12-amd64'),
    { version: '6.12-1', stored: 9000, raw: 9000, files: 1 },
  )
  t.is(report.outputs?.length, 2)
  t.regex(renderSize(report), /linux-image-6\.12-amd64 6\.12-1 .* 9 000 .*█/)
  const svg = sizeSvg(report)
  t.regex(svg, /<title>boot\/vmlinuz: 9\u202f000 bytes/)
  t.is(svg.match(/<g>/g)?.length, svg.match(/<\/g>/g)?.length)
})

test('what grew is told by package and by file, and nothing where nothing grew', async t => {
  const kernel = (bytes: number) => tinyIso({ boot: { vmlinuz: Buffer.alloc(bytes, 1) } })
  const first = put(t.context.folder, 'a', { 'base.iso': kernel(5000) })
  const second = put(t.context.folder, 'b', { 'base.iso': kernel(9000) })
  const [old, young] = [await sizeOf(first), await sizeOf(second)]
  const found = diffSizes(old, young)
  t.deepEqual(found.files[0], { name: 'boot/vmlinuz', first: 5000, second: 9000 })
  t.regex(renderSizeDiff(found), /kernel +5 000 +9 000 +\+4 000/)
  t.regex(renderSizeDiff(diffSizes(old, old)), /Nothing grew/)
  const stamp = join(put(t.context.folder, 'c', { x: await secretStamp('web', '') }), 'x')
  t.is((await problemOf(() => sizeOf(stamp))).code, 'size_unknown')
})

test('a treemap gives every value its area, inside the box and beside the others', t => {
  const box = { x: 5, y: 7, width: 300, height: 200 }
  const values = fc.array(fc.integer({ min: 1, max: 100_000 }), { minLength: 1, maxLength: 40 })
  fc.assert(
    fc.property(values, unsorted => {
      const sorted = unsorted.sort((left, right) => right - left)
      const sum = sorted.reduce((total, value) => total + value, 0)
      const boxes = divide(sorted, box)
      const isInside = boxes.every(
        ({ x, y, width, height }) =>
          x >= 4.99 && y >= 6.99 && x + width <= 305.01 && y + height <= 207.01,
      )
      const hasArea = boxes.every(
        ({ width, height }, index) =>
          Math.abs(width * height - ((sorted[index] ?? 0) / sum) * 60_000) < 0.01,
      )
      const overlap = boxes.some((one, index) =>
        boxes
          .slice(index + 1)
          .some(
            other =>
              Math.min(one.x + one.width, other.x + other.width) - Math.max(one.x, other.x) >
                0.001 &&
              Math.min(one.y + one.height, other.y + other.height) - Math.max(one.y, other.y) >
                0.001,
          ),
      )
      return boxes.length === sorted.length && isInside && hasArea && !overlap
    }),
  )
  t.pass()
})

test('a folder is shown by its files, and an empty one is refused', async t => {
  const folder = put(t.context.folder, 'a', { 'base.iso': sampleIso(), note: 'of somebody' })
  const found = await inspectFolder(folder)
  t.deepEqual(
    found.files.map(({ path, kind }) => `${path} ${kind}`),
    ['base.iso iso', 'note other'],
  )
  mkdirSync(join(folder, 'empty'))
  t.is((await problemOf(() => inspectFolder(join(folder, 'empty')))).code, 'folder_empty')
})

const component = (
  name: string,
  ids: readonly string[],
  ancestors: readonly string[],
): Component => ({
  ...{ type: 'library', name, version: '1' },
  licenses: ids.map(id => ({ license: { id } })),
  pedigree: {
    ancestors: ancestors.map(one => ({ type: 'library', name: one, version: '1.0+b1' })),
  },
})

test('the sources that are asked for are those of licences of the GPL kind, or of none that is known', t => {
  const components = [
    component('linux-image-1', ['GPL-2.0-only'], ['linux-signed', 'linux']),
    component('zlib1g', ['Zlib'], ['zlib']),
    component('libgcc-14-dev', ['GPL-3.0-only'], ['gcc-14']),
    component('libodd', [], ['odd']),
    { ...component('quickjs', ['MIT'], []), purl: 'pkg:deb/debian/quickjs@1?arch=source' },
  ]
  const wanted = wantedSources({ components })
  t.deepEqual(
    wanted.filter(({ isAsked }) => isAsked).map(({ name }) => name),
    ['linux', 'linux-signed', 'odd'],
  )
  t.deepEqual(
    wanted.filter(({ isAsked }) => !isAsked).map(({ name }) => name),
    ['gcc-14', 'quickjs', 'zlib'],
  )
})

test('a source with two uses is asked for if one of them asks', t => {
  const components = [
    component('one', ['MIT'], ['both']),
    component('two', ['LGPL-2.1-only'], ['both']),
  ]
  const [source] = wantedSources({ components })
  t.deepEqual(source?.packages, ['one', 'two'])
  t.like(source, { isAsked: true, why: 'LGPL-2.1-only' })
})

const withApt = requires<{ folder: string }>('command:apt-get')

withApt(
  'sources are collected by version with their hashes, and what is missing is said',
  async t => {
    const mirror = await startLockedMirror()
    t.teardown(() => mirror.close())
    const metadata = { component: { name: 'pair' } }
    const bill = (...components: readonly Component[]) =>
      JSON.stringify({ metadata, serialNumber: 'urn:uuid:1', components })
    const hello = component('hello', ['GPL-2.0-only'], ['greeter'])
    const gone = component('farewell', ['GPL-2.0-only'], ['leaver'])
    const folder = put(t.context.folder, 'out', { 'sbom.cdx.json': bill(hello, gone) })
    const { url, cache, recipeFolder, keyrings } = mirror
    const request = { mirror: url, cache, recipeFolder, keyrings, locked: false, steps: quietSteps }
    const found = await collectSources({ ...request, folder })
    const [file] = found.sources[0]?.files ?? []
    t.is(file?.path, 'greeter_1.0+b1/greeter_1.0+b1.dsc')
    const content = readFileSync(join(folder, 'sources', file?.path ?? ''))
    t.is(file?.sha256, sha256(content))
    t.deepEqual(
      found.missing.map(({ name, lacks }) => ({ name, lacks })),
      [{ name: 'leaver', lacks: ['the version 1.0+b1'] }],
    )
    const own = readFileSync(join(folder, 'sources', found.own.path))
    t.is(found.own.sha256, sha256(own))
    const paths = [...(await readTar(Readable.from([gunzipSync(own)]))).keys()]
    for (const path of ['recipes/debian/lock.json', 'overlay/etc/inittab', 'src/cli/main.ts']) {
      t.true(
        paths.some(one => one.endsWith(`/${path}`)),
        path,
      )
    }
    // The archive has moved on: what is in the cache stays, without another question.
    mirror.serve('later')
    const asked = mirror.requests.length
    writeFileSync(join(folder, 'sbom.cdx.json'), bill(hello))
    put(folder, 'sources', { 'leftover_1/x.dsc': 'of another build' })
    const again = await collectSources({ ...request, folder })
    t.deepEqual(again.sources, found.sources)
    t.is(mirror.requests.length, asked)
    t.deepEqual(readdirSync(join(folder, 'sources')).sort(), [
      found.own.path,
      'greeter_1.0+b1',
      'manifest.json',
    ])
  },
)
