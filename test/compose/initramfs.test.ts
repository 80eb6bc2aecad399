import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import anyTest, { type TestFn } from 'ava'
import type { BaseSystem, Toolbox } from '../../src/base/base-system.ts'
import { encodeBaseFacts } from '../../src/compose/base-facts.ts'
import {
  initramfsInputs,
  makeInitramfs,
  type Parts,
  readInitramfsFacts,
} from '../../src/compose/initramfs.ts'
import { sha256 } from '../../src/kit/hash.ts'
import { decodeCpio } from '../../src/tree/cpio.ts'
import type { Entry, Tree } from '../../src/tree/tree.ts'

const test = anyTest as TestFn<{ folder: string }>

test.beforeEach(t => {
  t.context.folder = mkdtempSync(join(tmpdir(), 'director-initramfs-'))
})
test.afterEach.always(t => rmSync(t.context.folder, { recursive: true, force: true }))

const file = (content: string, mode = 0o644): Entry => ({
  ...{ kind: 'file', mode, uid: 0, gid: 0, content: Buffer.from(content) },
})
const KERNEL = Buffer.from('kernel')
const BASE: BaseSystem = {
  kind: 'debian',
  kernel: { version: '6.12.1', image: KERNEL },
  tree: new Map<string, Entry>([
    ['usr/bin/busybox', file('busybox', 0o755)],
    ['sbin', { kind: 'link', mode: 0o777, uid: 0, gid: 0, target: 'usr/bin' }],
    ['etc/hosts', file('of the base')],
  ]),
  packages: [
    {
      ...{ name: 'busybox-static', version: '1', sha256: 'd'.repeat(64) },
      source: { name: 'busybox', version: '1' },
      paths: ['usr/bin/busybox'],
    },
  ],
  digest: 'e'.repeat(64),
}

// Compresses nothing, so that a test can read what went in.
const TOOLS: Toolbox = {
  digest: 'f'.repeat(64),
  packages: [],
  run: async (_tool, _args, options) => options?.input ?? new Uint8Array(0),
  command: async tool => [tool],
  path: async inside => inside,
}

function partsOf(changes: Partial<Parts> = {}): Parts {
  return {
    base: { digest: BASE.digest, load: async () => BASE },
    overlay: new Map([
      ['etc/hosts', file('of the overlay')],
      ['etc/shadow', file('root:*:')],
    ]),
    agent: { elf: Buffer.from('elf'), version: '0.1.0' },
    operator: new Map([['etc/motd', file('of the operator', 0o600)]]),
    ...changes,
  }
}

async function made(folder: string, parts = partsOf()) {
  await makeInitramfs(parts, TOOLS, folder)
  const bytes = readFileSync(join(folder, 'initramfs.zst'))
  const facts = await readInitramfsFacts(folder)
  const archive = bytes.subarray(encodeBaseFacts(facts.base).length)
  return { head: decodeCpio(bytes), archive, tree: decodeCpio(archive), facts }
}

const textOf = (tree: Tree, path: string) => {
  const entry = tree.get(path)
  return entry?.kind === 'file' ? Buffer.from(entry.content).toString() : undefined
}

test('the overlay lies over the base, and what the operator adds over both', async t => {
  const { tree } = await made(t.context.folder)
  t.is(textOf(tree, 'etc/hosts'), 'of the overlay')
  t.is(textOf(tree, 'usr/bin/busybox'), 'busybox')
  t.like(tree.get('etc/motd'), { mode: 0o600 })
})

test('the agent is there under its three names', async t => {
  const { tree } = await made(t.context.folder)
  t.like(tree.get('usr/bin/directord'), { kind: 'file', mode: 0o755 })
  for (const name of ['directorctl', 'director-setup']) {
    t.like(tree.get(`usr/bin/${name}`), { kind: 'link', target: 'directord' })
  }
})

test('nobody but root may read the shadow file', async t => {
  const { tree } = await made(t.context.folder)
  t.like(tree.get('etc/shadow'), { mode: 0o600 })
})

test('base_sha256 is of the uncompressed archive without base.json, then the kernel', async t => {
  const { head, archive, tree, facts } = await made(t.context.folder)
  t.is(facts.base.base_sha256, sha256(Buffer.concat([archive, KERNEL])))
  t.false(tree.has('etc/director/base.json'))
  t.deepEqual(JSON.parse(textOf(head, 'etc/director/base.json') ?? ''), facts.base)
  t.deepEqual(facts.base.kernel, '6.12.1')
})

test('the same parts give the same bytes, another part another base', async t => {
  const first = await made(t.context.folder)
  const second = await made(t.context.folder)
  t.deepEqual(second.archive, first.archive)
  const other = await made(t.context.folder, partsOf({ operator: new Map() }))
  t.not(other.facts.base.base_sha256, first.facts.base.base_sha256)
})

test('every file is listed with its hash and with where it comes from', async t => {
  const { facts, tree } = await made(t.context.folder)
  const byPath = new Map(facts.files.map(entry => [entry.path, entry]))
  t.is(byPath.get('usr/bin/busybox')?.from, 'busybox-static')
  t.is(byPath.get('etc/hosts')?.from, 'overlay')
  t.is(byPath.get('usr/bin/directord')?.from, 'agent')
  t.is(byPath.get('etc/motd')?.from, 'files:')
  t.is(byPath.get('etc/motd')?.sha256, sha256('of the operator'))
  t.is(byPath.get('etc/shadow')?.mode, '0600')
  const listed = [...tree].filter(([, { kind }]) => kind === 'file' || kind === 'link')
  t.is(facts.files.length, listed.length)
})

test('each part has an input of its own, a file of the overlay by its name', async t => {
  const inputs = await initramfsInputs(partsOf(), TOOLS)
  const differing = async (changes: Partial<Parts>) => {
    const others = await initramfsInputs(partsOf(changes), TOOLS)
    const names = new Set([...Object.keys(inputs), ...Object.keys(others)])
    return [...names].filter(name => inputs[name] !== others[name])
  }
  t.deepEqual(await differing({}), [])
  t.deepEqual(await differing({ base: { digest: 'x', load: async () => BASE } }), [
    'the base system',
  ])
  const elf = { elf: Buffer.from('other'), version: '0.1.0' }
  t.deepEqual(await differing({ agent: elf }), ['the agent'])
  const overlay = new Map([...partsOf().overlay, ['etc/hosts', file('other')] as const])
  t.deepEqual(await differing({ overlay }), ['overlay/etc/hosts'])
  t.deepEqual(await differing({ operator: new Map() }), ['files:/etc/motd'])
})
