import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import type { AptSource } from '../../src/base/apt-sources.ts'
import { chooseMirrors, findMirrors } from '../../src/base/mirror.ts'
import type { ProblemError } from '../../src/kit/problem.ts'

const source = (uri: string, suite: string, ...components: string[]): AptSource => ({
  uri,
  suite,
  components,
})

async function aptFolder(t: ExecutionContext, files: Record<string, string>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'director-apt-'))
  t.teardown(() => rm(folder, { recursive: true }))
  await mkdir(join(folder, 'sources.list.d'))
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
  return folder
}

test('a host of deb822 format gives its mirror and that of its security suite', async t => {
  const folder = await aptFolder(t, {
    'sources.list.d/debian.sources': `Types: deb
URIs: http://m.example/debian
Suites: bookworm bookworm-updates
Components: main

Types: deb
URIs: http://s.example/debian-security
Suites: bookworm-security
Components: main
`,
    'sources.list.d/other.list': 'deb https://other.example/apt cloud-bookworm main',
    'sources.list.d/old.list.save': 'deb http://saved.example/debian bookworm main',
  })
  t.deepEqual(await findMirrors(undefined, folder), {
    debian: 'http://m.example/debian',
    'debian-security': 'http://s.example/debian-security',
  })
})

test('a host of one-line format without a security suite gets the one beside its mirror', async t => {
  const folder = await aptFolder(t, {
    'sources.list': 'deb cdrom:[Debian]/ trixie main\ndeb http://m.example/debian trixie main\n',
  })
  t.deepEqual(await findMirrors(undefined, folder), {
    debian: 'http://m.example/debian',
    'debian-security': 'http://m.example/debian-security',
  })
})

test('a third party that uses the name of a suite of Debian does not count', t => {
  const sources = [
    source('https://docker.example/linux/debian', 'trixie', 'stable'),
    source('https://third.example/apt', 'trixie', 'main'),
    source('https://m.example/pub/debian', 'trixie', 'main'),
    source('https://pg.example/debian', 'trixie-pgdg', 'main'),
  ]
  t.is(chooseMirrors(sources, 'x').debian, 'https://m.example/pub/debian')
})

const asked: readonly [string, string, string][] = [
  ['http://m.example/debian/', 'http://m.example/debian', 'http://m.example/debian-security'],
  [
    'http://snapshot.example/archive/debian/20260101T000000Z',
    'http://snapshot.example/archive/debian/20260101T000000Z',
    'http://snapshot.example/archive/debian-security/20260101T000000Z',
  ],
  ['file:/srv/both', 'file:/srv/both', 'file:/srv/both'],
]

for (const [mirror, debian, security] of asked) {
  test(`--mirror ${mirror} says where both archives are`, async t => {
    t.deepEqual(await findMirrors(mirror), { debian, 'debian-security': security })
  })
}

test('a --mirror that is no URL is refused', async t => {
  for (const mirror of ['m.example/debian', 'http://a b', 'http://a" ]', '']) {
    const error = await t.throwsAsync(findMirrors(mirror))
    t.is((error as ProblemError).problems[0]?.code, 'mirror_malformed', mirror)
  }
})

test('a host that is no Debian has to be given a mirror', async t => {
  const folder = await aptFolder(t, {
    'sources.list': 'deb http://ubuntu.example/ubuntu noble main',
  })
  const error = await t.throwsAsync(findMirrors(undefined, folder))
  t.is((error as ProblemError).problems[0]?.code, 'mirror_unknown')
})
