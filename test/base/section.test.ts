import { lstat, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ExecutionContext } from 'ava'
import { type Archive, openArchive } from '../../src/base/archive.ts'
import { allCached } from '../../src/base/download-cache.ts'
import { openLoosePackages, openSection } from '../../src/base/section.ts'
import { sha256File } from '../../src/kit/hash.ts'
import type { ProblemError } from '../../src/kit/problem.ts'
import { quietSteps, type Step } from '../../src/kit/steps.ts'
import { startLockedMirror } from '../support/locked-mirror.ts'
import type { TestMirror } from '../support/mirror-server.ts'
import { requires } from '../support/requires.ts'

const withApt = requires('command:apt-get', 'command:dpkg-deb')

const remarks = (): Step & { readonly lines: string[] } => {
  const lines: string[] = []
  return { lines, progress: () => undefined, remark: line => lines.push(line) }
}

function open(mirror: TestMirror, options: { locked?: boolean; keyrings?: string[] } = {}) {
  const { url, cache, recipeFolder, keyrings } = mirror
  const common = { mirror: url, cache, recipeFolder, keyrings, steps: quietSteps }
  return openArchive({ ...common, locked: false, ...options })
}

/** A mirror in its first state, whose recipe is locked and whose download cache is empty. */
async function locked(t: ExecutionContext): Promise<TestMirror> {
  const mirror = await startLockedMirror()
  t.teardown(() => mirror.close())
  return mirror
}

async function codeOf(t: ExecutionContext, work: Promise<unknown>): Promise<string | undefined> {
  const error = await t.throwsAsync(work)
  return (error as ProblemError).problems?.[0]?.code
}

const kept = async (archive: Archive) =>
  (await readdir(join(archive.cache, 'downloads')).catch(() => [])).filter(
    name => name !== 'partial',
  )

withApt('a lock names version, size, hash, source and pool file, and no host', async t => {
  const mirror = await locked(t)
  const text = await readFile(`${mirror.recipeFolder}lock.json`, 'utf8')
  const { sections, sources } = JSON.parse(text)
  t.like(sections.base.packages[0], {
    name: 'hello',
    version: '1.0+b1',
    archive: 'debian',
    file: 'pool/main/t/hello_1.0+b1_amd64.deb',
    source: { name: 'greetings', version: '0.9' },
  })
  t.deepEqual(names(sections.base.packages), ['hello', 'libhello1', 'libloader'])
  t.deepEqual(names(sections.kernel.packages), ['linux-image-1.0-test', 'linux-image-amd64'])
  t.deepEqual(names(sections.tools.packages), ['hello', 'libhello1'])
  t.is(sources.greeter.files[0].file, 'pool/main/t/greeter_1.0+b1.dsc')
  t.notRegex(text, /127\.0\.0\.1/)
})

const names = (packages: { name: string }[]) => packages.map(({ name }) => name)

withApt('what is locked is fetched by its hash, without an index', async t => {
  const mirror = await locked(t)
  const asked = mirror.requests.length
  const step = remarks()
  const archive = await open(mirror, { locked: true })
  const packages = await openSection(archive, 'base', step)
  t.true(allCached(archive.cache, packages))
  t.deepEqual(step.lines, ['fetched 3 files, 0.0 MB'])
  t.deepEqual(mirror.requests.slice(asked).sort(), [
    '/debian/pool/main/t/hello_1.0+b1_amd64.deb',
    '/debian/pool/main/t/libhello1_1.0_amd64.deb',
    '/debian/pool/main/t/libloader_1.0_amd64.deb',
  ])
})

withApt('with a warm cache nothing is asked of the network', async t => {
  const mirror = await locked(t)
  await openSection(await open(mirror), 'base', remarks())
  const asked = mirror.requests.length
  await openSection(await open(mirror, { locked: true }), 'base', remarks())
  t.is(mirror.requests.length, asked)
})

withApt('a departure from the lock is remarked, and kept for the next build', async t => {
  const mirror = await locked(t)
  mirror.serve('later')
  const step = remarks()
  const packages = await openSection(await open(mirror), 'base', step)
  t.is(packages.find(({ name }) => name === 'hello')?.version, '1.1~rc2')
  const departure = 'departs from the lock: hello 1.0+b1 -> 1.1~rc2'
  t.is(step.lines.at(-1), departure)

  const asked = mirror.requests.length
  const again = remarks()
  t.deepEqual(await openSection(await open(mirror), 'base', again), packages)
  t.deepEqual(again.lines, [departure])
  t.is(mirror.requests.length, asked)
})

withApt('--locked refuses to depart', async t => {
  const mirror = await locked(t)
  mirror.serve('later')
  const archive = await open(mirror, { locked: true })
  const error = await t.throwsAsync(openSection(archive, 'base', remarks()))
  const problem = (error as ProblemError).problems[0]
  t.is(problem?.code, 'lock_departed')
  t.is(problem?.found, 'the mirror no longer has hello_1.0+b1_amd64.deb')
})

withApt('--locked works from the cache when the mirror has moved on', async t => {
  const mirror = await locked(t)
  await openSection(await open(mirror), 'base', remarks())
  mirror.serve('later')
  const packages = await openSection(await open(mirror, { locked: true }), 'base', remarks())
  t.is(packages.find(({ name }) => name === 'hello')?.version, '1.0+b1')
})

withApt('a recipe that asks for something else than was locked departs', async t => {
  const mirror = await locked(t)
  const file = `${mirror.recipeFolder}recipe.yaml`
  const recipe = await readFile(file, 'utf8')
  await writeFile(
    file,
    recipe.replace('base: { packages: [hello] }', 'base: { packages: [rival] }'),
  )
  const step = remarks()
  await openSection(await open(mirror), 'base', step)
  t.deepEqual(step.lines, [
    'fetched 1 file, 0.0 MB',
    'departs from the lock: hello 1.0+b1 is gone',
    'departs from the lock: libhello1 1.0 is gone',
    'departs from the lock: libloader 1.0 is gone',
    'departs from the lock: rival 1.0 is new',
  ])
  const archive = await open(mirror, { locked: true })
  t.is(await codeOf(t, openSection(archive, 'base', remarks())), 'lock_departed')
})

withApt('a file with another hash is refused and not kept', async t => {
  const mirror = await locked(t)
  mirror.serve('first', { spoiled: 'libhello1_1.0_amd64.deb' })
  const archive = await open(mirror)
  const error = await t.throwsAsync(openSection(archive, 'base', remarks()))
  const problem = (error as ProblemError).problems[0]
  t.is(problem?.code, 'hash_wrong')
  t.regex(problem?.found ?? '', /^SHA-256 [0-9a-f]{64}$/)
  t.is(problem?.where?.path, 'pool/main/t/libhello1_1.0_amd64.deb')
  for (const name of await kept(archive)) {
    t.is(await sha256File(join(archive.cache, 'downloads', name)), name)
  }
  t.false((await kept(archive)).includes(problem?.expected?.slice(8) ?? ''))
  mirror.serve('first')
  t.is((await openSection(archive, 'base', remarks())).length, 3)
})

withApt('an interrupted download goes on where it stopped', async t => {
  const mirror = await locked(t)
  mirror.serve('first', { cut: { file: 'hello_1.0+b1_amd64.deb', bytes: 700 } })
  const archive = await open(mirror)
  const packages = await openSection(archive, 'base', remarks())
  for (const { sha256 } of packages) {
    t.is(await sha256File(join(archive.cache, 'downloads', sha256)), sha256)
  }
  const tries = mirror.requests.filter(path => path.includes('/hello_1.0+b1_amd64.deb'))
  t.deepEqual(tries.slice(1), ['/debian/pool/main/t/hello_1.0+b1_amd64.deb bytes=700-'])
})

withApt('a part of another file is thrown away', async t => {
  const mirror = await locked(t)
  const archive = await open(mirror)
  const sha256 = archive.lock.sections['base']?.packages[0]?.sha256 ?? ''
  await openSection(archive, 'kernel', remarks())
  await writeFile(join(archive.cache, 'downloads', 'partial', sha256), 'rubbish'.repeat(50))
  await openSection(archive, 'base', remarks())
  t.is(await sha256File(join(archive.cache, 'downloads', sha256)), sha256)
})

withApt('a mirror may be a folder, which is not needed afterwards', async t => {
  const mirror = await locked(t)
  const folder = fileURLToPath(new URL('../fixtures/base/mirror/first/debian', import.meta.url))
  const archive = await open({ ...mirror, url: `file:${folder}` }, { locked: true })
  const packages = await openSection(archive, 'base', remarks())
  for (const { sha256 } of packages) {
    const file = await lstat(join(archive.cache, 'downloads', sha256))
    t.true(file.isFile())
  }
  const later = await open({ ...mirror, url: `file:${folder.replace('first', 'later')}` })
  const step = remarks()
  await openSection(later, 'tools', step)
  t.deepEqual(step.lines, [])
  await rm(join(mirror.cache, 'downloads'), { recursive: true })
  await openSection(later, 'tools', step)
  t.is(step.lines.at(-1), 'departs from the lock: hello 1.0+b1 -> 1.1~rc2')
})

withApt('a mirror that is gone is a problem that names it', async t => {
  const mirror = await locked(t)
  const archive = await openArchive({
    mirror: 'http://127.0.0.1:9/debian',
    locked: false,
    steps: quietSteps,
    cache: mirror.cache,
    recipeFolder: mirror.recipeFolder,
    keyrings: mirror.keyrings,
  })
  const apt = await archive.apt()
  const [error, updateCode] = await Promise.all([
    t.throwsAsync(openSection(archive, 'base', remarks())),
    codeOf(t, apt.update()),
  ])
  const problem = (error as ProblemError).problems[0]
  t.is(problem?.code, 'mirror_gone')
  t.regex(problem?.found ?? '', /127\.0\.0\.1:9/)
  t.is(updateCode, 'mirror_gone')
})

withApt('an archive that the keys did not sign is refused', async t => {
  const mirror = await locked(t)
  const debian = '/usr/share/keyrings/debian-archive-keyring.gpg'
  const archive = await open(mirror, { keyrings: [debian] })
  const apt = await archive.apt()
  t.is(await codeOf(t, apt.update()), 'signature_wrong')
})

withApt('without the keys of the archive nothing is fetched', async t => {
  const mirror = await locked(t)
  const archive = await open(mirror, { keyrings: ['/nowhere/keyring.gpg'] })
  t.is(await codeOf(t, archive.apt()), 'keyring_missing')
})

withApt('a package that the archive does not have is named', async t => {
  const mirror = await locked(t)
  const error = await t.throwsAsync(openLoosePackages(await open(mirror), ['helo'], remarks()))
  const problem = (error as ProblemError).problems[0]
  t.is(problem?.code, 'package_unknown')
  t.regex(problem?.message ?? '', /\bhelo\b/)
})

withApt('added packages come with what they depend on, and once more from the cache', async t => {
  const mirror = await locked(t)
  const archive = await open(mirror)
  t.deepEqual(
    (await openLoosePackages(archive, ['rival', 'hello'], remarks())).map(({ name }) => name),
    ['hello', 'libhello1', 'libloader', 'rival'],
  )
  const asked = mirror.requests.length
  await openLoosePackages(await open(mirror, { locked: true }), ['hello', 'rival'], remarks())
  t.is(mirror.requests.length, asked)
  const strict = await open(mirror, { locked: true })
  t.is(await codeOf(t, openLoosePackages(strict, ['hello'], remarks())), 'lock_departed')
})

withApt('a mirror that lists what it does not have is a problem', async t => {
  const mirror = await locked(t)
  mirror.serve('first', { gone: 'rival_1.0_amd64.deb' })
  const archive = await open(mirror)
  t.is(await codeOf(t, openLoosePackages(archive, ['rival'], remarks())), 'mirror_stale')
})
