import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ExecutionContext } from 'ava'
import type { BaseRequest } from '../../src/base/base-system.ts'
import { openDebian } from '../../src/base/debian.ts'
import type { ProblemError } from '../../src/kit/problem.ts'
import type { Steps } from '../../src/kit/steps.ts'
import type { Board } from '../../src/model/board.ts'
import { startLockedMirror } from '../support/locked-mirror.ts'
import type { TestMirror } from '../support/mirror-server.ts'
import { requires } from '../support/requires.ts'

const withApt = requires('command:apt-get', 'command:dpkg-deb')

const board: Board = {
  name: 'test',
  description: 'a board of the tests',
  architecture: 'x86_64',
  console: { port: 'ttyS0', baud: 115200 },
  serial_ports: ['ttyS0'],
  modules: ['other'],
  firmware: [],
  boot: ['bios'],
}

async function mirrorFor(t: ExecutionContext): Promise<TestMirror> {
  const mirror = await startLockedMirror()
  t.teardown(() => mirror.close())
  return mirror
}

function remarking(lines: string[]): Steps {
  return {
    log: () => undefined,
    run: (_title, work) => work({ progress: () => undefined, remark: line => lines.push(line) }),
  }
}

function open(mirror: TestMirror, request: Partial<BaseRequest> = {}, lines: string[] = []) {
  const { url, cache, recipeFolder, keyrings } = mirror
  const place = { mirror: url, cache, recipeFolder, keyrings }
  const plain = { board, packages: [], locked: false, steps: remarking(lines) }
  return openDebian({ ...place, ...plain, ...request })
}

async function problemOf(t: ExecutionContext, work: Promise<unknown>) {
  const error = await t.throwsAsync(work)
  return (error as ProblemError).problems?.[0]
}

const LIB = 'usr/lib/x86_64-linux-gnu'
const MODULES = 'usr/lib/modules/1.0-test'

withApt('a base has the named paths, their libraries, the modules and the skeleton', async t => {
  const mirror = await mirrorFor(t)
  const base = await (await open(mirror)).load()
  const paths = [...base.tree.keys()].filter(path => base.tree.get(path)?.kind !== 'directory')
  t.deepEqual(paths.sort(), [
    'bin',
    'dev/console',
    'etc/modules',
    'init',
    'lib',
    'lib64',
    'usr/bin/extra',
    'usr/bin/hello',
    `${MODULES}/kernel/deep.ko`,
    `${MODULES}/kernel/middle-one.ko`,
    `${MODULES}/kernel/other.ko`,
    `${MODULES}/kernel/sum_generic.ko`,
    `${MODULES}/kernel/top.ko`,
    `${MODULES}/modules.alias`,
    `${MODULES}/modules.builtin`,
    `${MODULES}/modules.dep`,
    `${LIB}/ld-linux-x86-64.so.2`,
    `${LIB}/libhello.so.1`,
    `${LIB}/libhello.so.1.0`,
    'usr/lib64/ld-linux-x86-64.so.2',
  ])
  t.is(base.kernel.version, '1.0-test')
  t.is(Buffer.from(base.kernel.image).toString(), 'kernel image\n')
  // The package has it setuid.
  t.like(base.tree.get('usr/bin/hello'), { kind: 'file', mode: 0o755, uid: 0, gid: 0 })
  t.like(base.tree.get('tmp'), { kind: 'directory', mode: 0o1777 })
  t.like(base.tree.get('usr/bin/extra'), { kind: 'link', target: 'busybox' })
})

withApt('the facts name every package that gave something, with its source and paths', async t => {
  const mirror = await mirrorFor(t)
  const { packages } = await (await open(mirror)).load()
  t.deepEqual(
    packages.map(({ name }) => name),
    ['hello', 'libhello1', 'libloader', 'linux-image-1.0-test'],
  )
  t.like(packages[0], {
    version: '1.0+b1',
    source: { name: 'greetings', version: '0.9' },
    paths: ['usr/bin/hello'],
  })
  t.true(packages[3]?.paths.includes(`${MODULES}/kernel/other.ko`))
})

withApt('what was made before comes from the cache, and why something is new is said', async t => {
  const mirror = await mirrorFor(t)
  const lines: string[] = []
  const first = await open(mirror, {}, lines)
  const made = await first.load()
  t.true(lines.includes('first base in this cache'))

  const asked = mirror.requests.length
  const again = await open(mirror, {}, lines)
  t.is(again.digest, first.digest)
  t.deepEqual(await again.load(), made)
  t.is(lines.at(-1), 'base reused')
  t.is(mirror.requests.length, asked)

  const other = await open(mirror, { board: { ...board, modules: [] } }, lines)
  t.not(other.digest, first.digest)
  t.is(lines.at(-1), 'new base: other modules of the board')
})

withApt('a base that was damaged in the cache is made again', async t => {
  const mirror = await mirrorFor(t)
  const made = await (await open(mirror)).load()
  const [name = ''] = (await readdir(join(mirror.cache, 'base'))).filter(one => !one.includes('.'))
  const file = join(mirror.cache, 'base', name, 'tree.cpio')
  await writeFile(file, (await readFile(file)).subarray(0, -40))
  t.deepEqual(await (await open(mirror)).load(), made)
})

withApt('a package file that was damaged in the cache is removed and named', async t => {
  const mirror = await mirrorFor(t)
  const opened = await open(mirror)
  const downloads = join(mirror.cache, 'downloads')
  for (const name of await readdir(downloads)) {
    if (name !== 'partial') await writeFile(join(downloads, name), 'damaged')
  }
  t.is((await problemOf(t, opened.load()))?.code, 'cache_damaged')
  // Each run removes one of the damaged files, as the remedy says: here all at once.
  await rm(downloads, { recursive: true })
  t.is((await (await open(mirror)).load()).kernel.version, '1.0-test')
})

withApt('an added package brings what is named of it, or all but its documentation', async t => {
  const mirror = await mirrorFor(t)
  const packages = [{ name: 'hello', paths: ['/usr/share/hello'] }]
  const named = await (await open(mirror, { packages })).load()
  t.true(named.tree.has('usr/share/hello/data'))
  t.true(named.tree.has('usr/bin/hello'))
  const all = await (await open(mirror, { packages: [{ name: 'hello' }] })).load()
  t.true(all.tree.has('usr/share/hello/data'))
  t.false(all.tree.has('usr/share/doc/hello/README'))
})

withApt('an added package may not bring a path that is there already', async t => {
  const mirror = await mirrorFor(t)
  const file = await open(mirror, { packages: [{ name: 'rival', paths: ['usr/bin/hello'] }] })
  const problem = await problemOf(t, file.load())
  t.is(problem?.code, 'path_conflict')
  t.is(problem?.where?.path, 'packages: rival')
  t.is(problem?.found, 'usr/bin/hello of hello')

  const applet = await open(mirror, { packages: [{ name: 'rival', paths: ['bin/extra'] }] })
  t.is((await problemOf(t, applet.load()))?.found, 'usr/bin/extra of the base')
})

withApt('a path that an added package does not have is named', async t => {
  const mirror = await mirrorFor(t)
  const packages = [{ name: 'rival', paths: ['usr/bin/hallo'] }]
  const problem = await problemOf(t, (await open(mirror, { packages })).load())
  t.is(problem?.code, 'path_unknown')
  t.regex(problem?.message ?? '', /rival 1\.0 has no usr\/bin\/hallo/)
})

withApt('firmware goes in when the board names it', async t => {
  const mirror = await mirrorFor(t)
  const firmware = [{ package: 'firmware-vendor', paths: ['vendor/blob.bin'] }]
  const base = await (await open(mirror, { board: { ...board, firmware } })).load()
  t.true(base.tree.has('usr/lib/firmware/vendor/blob.bin'))
  t.false(base.tree.has('usr/share/firmware-list'))
  t.is(base.packages.find(({ name }) => name === 'firmware-vendor')?.paths.length, 1)
})

withApt('a module that the kernel does not have is named', async t => {
  const mirror = await mirrorFor(t)
  const opened = await open(mirror, { board: { ...board, modules: ['othre'] } })
  const problem = await problemOf(t, opened.load())
  t.is(problem?.code, 'module_unknown')
  t.is(problem?.found, 'othre')
})
