import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import anyTest, { type TestFn } from 'ava'
import { encodeBaseFacts } from '../../src/compose/base-facts.ts'
import { ProblemError } from '../../src/kit/problem.ts'
import { load } from '../../src/model/cluster.ts'
import type { NodeConfig } from '../../src/model/node-config.ts'
import { encodeNodeConfig, resolve } from '../../src/model/resolve.ts'
import { inspectFile, inspectImage } from '../../src/pack/inspect.ts'
import { encodeGzip } from '../../src/stamp/gzip.ts'
import { memoryReader } from '../../src/stamp/image-reader.ts'
import { openDirectorIso, stampPatches } from '../../src/stamp/iso.ts'
import { streamPatched } from '../../src/stamp/patch.ts'
import { encodeStamp } from '../../src/stamp/stamp.ts'
import { encodeCpio } from '../../src/tree/cpio.ts'
import { BASE, CONSOLE, OTHER_BASE, problemOf, sampleIso, sampleStamp } from '../stamp/sample.ts'
import { effort } from '../support/effort.ts'
import { fc } from '../support/fast-check.ts'

const test = anyTest as TestFn<{ folder: string }>

test.beforeEach(t => {
  t.context.folder = mkdtempSync(join(tmpdir(), 'director-inspect-'))
})
test.afterEach.always(t => rmSync(t.context.folder, { recursive: true, force: true }))

const inspect = (bytes: Uint8Array) => inspectImage(memoryReader(bytes, 'file'))

const HASH = '$6$saltsalt$hashhashhash'
const HOST_KEY = 'c2VjcmV0IGhvc3Qga2V5'

async function secretConfig(): Promise<Uint8Array> {
  const [node] = resolve(await load('examples/pair/cluster.yaml'))
  const access = {
    authorized_keys: [],
    console_password_hash: HASH,
    ssh_host_key: HOST_KEY,
  }
  return encodeNodeConfig({ ...(node as NodeConfig), access })
}

test('a stamp and a node.json are shown without what is secret in them', async t => {
  const config = await secretConfig()
  const parts = { cluster: 'pair', node: 'lb1', baseSha256: BASE, config }
  const stamp = await inspect(encodeStamp(parts))
  t.is(stamp.kind, 'stamp')
  t.like(stamp.facts, { node: 'lb1', base_sha256: BASE, signature: null })
  const plain = await inspect(config)
  t.is(plain.kind, 'config')
  t.like(plain.facts, { node: 'lb1', console_password: true, ssh_host_key: true })
  const shown = JSON.stringify([stamp, plain])
  for (const secret of [HASH, HOST_KEY, 'saltsalt']) t.false(shown.includes(secret))
})

test('an ISO is shown with its stamp, with none, and with one of another base', async t => {
  const base = sampleIso()
  const iso = await openDirectorIso(memoryReader(base, 'base.iso'))
  const stamped = async (stamp: Uint8Array) => {
    const pieces: Uint8Array[] = []
    const patches = stampPatches(iso, stamp, CONSOLE)
    for await (const piece of streamPatched(iso.image, patches)) pieces.push(piece)
    return inspect(Buffer.concat(pieces))
  }
  t.like(await inspect(base), { kind: 'iso', facts: { stamp: null, is_for_this_base: null } })
  t.like((await stamped(sampleStamp())).facts, { is_for_this_base: true })
  const foreign = await stamped(sampleStamp('{}', OTHER_BASE))
  t.like(foreign.facts, { base_sha256: BASE, is_for_this_base: false })
})

test('an initramfs is shown by the facts at its head', async t => {
  const facts = { kernel: '6.12.1', agent: '0.1.0', features: ['stamp-1'] }
  const head = encodeBaseFacts({ schema: 1, base_sha256: BASE, ...facts })
  const found = await inspect(Buffer.concat([head, Buffer.alloc(9999, 1)]))
  t.is(found.kind, 'initramfs')
  t.like(found.facts, { base_sha256: BASE, kernel: '6.12.1', agent: '0.1.0' })
})

test('a kernel is shown with its version', async t => {
  const bytes = Buffer.alloc(0x1000)
  bytes.write('HdrS', 0x202, 'latin1')
  bytes.writeUInt16LE(0x700, 0x20e)
  bytes.write('6.12.1-test (someone) #1', 0x900, 'latin1')
  t.deepEqual(await inspect(bytes), {
    kind: 'kernel',
    facts: { version: '6.12.1-test (someone) #1' },
  })
})

test('a manifest is shown with its packages by name and its files counted', async t => {
  const manifest = {
    schema: 1,
    base: { base_sha256: BASE },
    outputs: [],
    packages: [{ name: 'busybox-static', version: '1', paths: ['usr/bin/busybox'] }],
    files: [{ path: 'init' }, { path: 'etc/hosts' }],
  }
  const { kind, facts } = await inspect(Buffer.from(JSON.stringify(manifest)))
  t.is(kind, 'manifest')
  t.like(facts, { packages: ['busybox-static 1'], files: 2 })
})

test('what a local installation needs is told from a stamp', async t => {
  const content = Buffer.from('{"schema":1,"loader":[]}')
  const entry = { kind: 'file', mode: 0o600, uid: 0, gid: 0, content } as const
  const packed = encodeGzip(encodeCpio(new Map([['install/install.json', entry]])))
  t.like(await inspect(Buffer.from(packed)), { kind: 'install', facts: { schema: 1 } })
})

test('the files of a netboot tree are known', async t => {
  const script = '#!ipxe\niseq ${net0/mac} 52:54:00:d1:01:01 && set node lb1 && goto boot ||\n'
  t.deepEqual(await inspect(Buffer.from(script)), {
    kind: 'script',
    facts: { lines: 2, nodes: ['lb1'], macs: ['52:54:00:d1:01:01'] },
  })
  const snippet = '# For dnsmasq.\ndhcp-host=52:54:00:d1:01:01,set:director\n'
  t.like(await inspect(Buffer.from(snippet)), { kind: 'dnsmasq', facts: { settings: 1 } })
  const efi = Buffer.alloc(200)
  efi.write('MZ', 0, 'latin1')
  efi.writeUInt32LE(0x40, 0x3c)
  efi.write('PE\0\0\x64\x86', 0x40, 'latin1')
  t.deepEqual(await inspect(efi), { kind: 'loader', facts: { firmware: 'UEFI, x86_64' } })
  const pxe = Buffer.from([0xea, 5, 0, 0xc0, 7, 0x66])
  t.deepEqual(await inspect(pxe), { kind: 'loader', facts: { firmware: 'BIOS' } })
})

test('a bill, a lock and the manifest of sources are shown by what they name', async t => {
  const license = { id: 'Zlib' }
  const components = [{ name: 'zlib1g', version: '1.3', licenses: [{ license }] }, { name: 'odd' }]
  const bill = { bomFormat: 'CycloneDX', specVersion: '1.6', components }
  const shown = await inspect(Buffer.from(JSON.stringify(bill)))
  t.is(shown.kind, 'bill')
  t.deepEqual(shown.facts['components'], [
    { name: 'zlib1g', version: '1.3', licences: 'Zlib', files: 0 },
    { name: 'odd', version: 'none', licences: 'unknown', files: 0 },
  ])
  const lock = await inspect(readFileSync('recipes/debian/lock.json'))
  t.is(lock.kind, 'lock')
  t.regex(JSON.stringify(lock.facts), /"base":"\d+ packages"/)
  const one = { name: 'linux', version: '6.12-1' }
  const sources = { schema: 1, sources: [], missing: [one], not_asked: [] }
  const found = await inspect(Buffer.from(JSON.stringify(sources)))
  t.like(found, { kind: 'sources', facts: { missing: ['linux 6.12-1'] } })
})

test('another program, another JSON file, a folder and nothing are refused', async t => {
  for (const bytes of [readFileSync(process.execPath).subarray(0, 1 << 20), Buffer.from('{}')]) {
    t.is((await problemOf(() => inspect(bytes))).code, 'file_unknown')
  }
  t.is((await problemOf(() => inspect(Buffer.alloc(0)))).code, 'file_unknown')
  const { folder } = t.context
  t.is((await problemOf(() => inspectFile(folder))).code, 'file_unreadable')
  t.is((await problemOf(() => inspectFile(join(folder, 'gone')))).code, 'file_unreadable')
})

test('a file is shown with its size and hash', async t => {
  const path = join(t.context.folder, 'lb1.img')
  writeFileSync(
    path,
    sampleStamp(JSON.stringify(JSON.parse(Buffer.from(await secretConfig()).toString()))),
  )
  const found = await inspectFile(path)
  t.is(found.size, readFileSync(path).length)
  t.regex(found.sha256, /^[0-9a-f]{64}$/)
})

test('any bytes that begin as one of ours do give facts or a problem, never another error', async t => {
  const elf = Buffer.alloc(64)
  elf.write('\x7fELF\x02\x01', 0, 'latin1')
  const kernel = Buffer.alloc(0x202)
  const begin = fc.constantFrom(
    elf,
    Buffer.concat([kernel, Buffer.from('HdrS')]),
    Buffer.from('070701'),
    sampleStamp().subarray(0, 60),
    Buffer.from('{"base":1,"outputs":'),
    Buffer.from('{"node":1,"vrrp":'),
  )
  await fc.assert(
    fc.asyncProperty(begin, fc.uint8Array({ maxLength: 300 }), async (head, rest) => {
      try {
        await inspect(Buffer.concat([head, rest]))
        return true
      } catch (error) {
        return error instanceof ProblemError
      }
    }),
    { numRuns: effort(300, 20_000) },
  )
  t.pass()
})
