import { execFileSync } from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import type { Archive } from '../../src/base/archive.ts'
import { readCopyright } from '../../src/base/copyright.ts'
import { type AboutPackage, aboutPackage } from '../../src/base/package-about.ts'
import { sha256 } from '../../src/kit/hash.ts'

const folder = mkdtempSync(join(tmpdir(), 'director-about-'))
const cache = join(folder, 'cache')
test.after.always(() => rmSync(folder, { recursive: true, force: true }))

const step = { progress: () => undefined, remark: () => undefined }
const archive = {
  cache,
  apt: () => Promise.reject(new Error('nothing is to be fetched')),
} as unknown as Archive

const MACHINE_READABLE = `Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: hello

Files: *
Copyright: somebody
License: GPL-2+

Files: lib/*
Copyright: somebody else
License: MIT and BSD-3-clause
 The text of it.

License: GPL-2+
 On Debian systems the text is in /usr/share/common-licenses/GPL-2.
`

/** Packs a package whose documents are a file, or a link to those of another package. */
function pack(
  name: string,
  copyright: { text?: string; link?: string },
  fields = '',
): AboutPackage {
  const place = join(folder, name)
  const documents = join(place, 'usr/share/doc')
  mkdirSync(join(place, 'DEBIAN'), { recursive: true })
  mkdirSync(documents, { recursive: true })
  const head = `Package: ${name}\nVersion: 1\nArchitecture: all\nMaintainer: T <t@example>\n`
  writeFileSync(join(place, 'DEBIAN/control'), `${head}${fields}Description: for the tests\n`)
  if (copyright.text !== undefined) {
    mkdirSync(join(documents, name))
    writeFileSync(join(documents, name, 'copyright'), copyright.text)
    writeFileSync(join(documents, name, 'changelog'), 'License: none\n')
  }
  if (copyright.link !== undefined) symlinkSync(copyright.link, join(documents, name))
  const packed = `${place}.deb`
  execFileSync('dpkg-deb', ['-Zgzip', '--root-owner-group', '-b', place, packed])
  const sum = sha256(readFileSync(packed))
  mkdirSync(join(cache, 'downloads'), { recursive: true })
  renameSync(packed, join(cache, 'downloads', sum))
  return { name, sha256: sum }
}

test('a copyright file gives the licences of its files, and not those that it only explains', t => {
  const names = ['GPL-2+', 'MIT and BSD-3-clause']
  t.deepEqual(readCopyright(MACHINE_READABLE), { read: 'fields', names })
})

test('a copyright file in free text gives what it refers to, or nothing', t => {
  const text =
    'License:\n\n  see "/usr/share/common-licenses/GPL-2".\n  (/usr/share/common-licenses/GPL-2)'
  t.deepEqual(readCopyright(text), { read: 'references', names: ['GPL-2'] })
  const titles = 'The GNU Lesser General Public\n License, or the GNU General Public License; GPL'
  t.deepEqual(readCopyright(titles), { read: 'references', names: ['GPL', 'LGPL'] })
  t.deepEqual(readCopyright(`GNU General Public License\n${text}`).names, ['GPL-2'])
  t.deepEqual(readCopyright('Do what you like.'), { read: 'none', names: [] })
})

test('a package is read with what is built into it, once', async t => {
  const packed = pack(
    'hello',
    { text: MACHINE_READABLE },
    'Built-Using: glibc (= 2.41-12), lzo2 (= 1)\n',
  )
  const about = await aboutPackage(archive, packed, [], step)
  t.deepEqual(about.licences.names, ['GPL-2+', 'MIT and BSD-3-clause'])
  t.deepEqual(about.builtUsing, [
    { name: 'glibc', version: '2.41-12' },
    { name: 'lzo2', version: '1' },
  ])
  for (const name of readdirSync(join(cache, 'downloads'))) {
    if (name === packed.sha256) rmSync(join(cache, 'downloads', name))
  }
  t.deepEqual(await aboutPackage(archive, packed, [], step), about)
})

test('documents that are a link are read in the package that has them', async t => {
  const common = pack('greet-common', { text: MACHINE_READABLE })
  const linked = pack('greet', { link: 'greet-common' })
  const found = await aboutPackage(archive, linked, [common], step)
  t.is(found.licences.read, 'fields')
  t.is((await aboutPackage(archive, linked, [], step)).licences.read, 'none')
})
