import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import test from 'ava'
import { readDeb } from '../../src/base/deb.ts'
import type { ProblemError } from '../../src/kit/problem.ts'
import { requires } from '../support/requires.ts'

const withDpkg = requires('command:dpkg-deb')
const folder = fileURLToPath(new URL('../fixtures/base/', import.meta.url))
const hello = `${folder}mirror/first/debian/pool/main/t/hello_1.0+b1_amd64.deb`

withDpkg('files of a package belong to root and lose their setuid bit', async t => {
  const tree = await readDeb(hello, path => path.endsWith('hello') || path.endsWith('data'))
  t.deepEqual([...tree.keys()].sort(), [
    'usr/bin/hello',
    'usr/share/doc/hello',
    'usr/share/hello',
    'usr/share/hello/data',
  ])
  const content = await readFile(`${folder}elf/hello`)
  t.deepEqual(tree.get('usr/bin/hello'), { kind: 'file', mode: 0o755, uid: 0, gid: 0, content })
})

withDpkg('a file that is no package is a problem that names it', async t => {
  const file = `${folder}keyring.gpg`
  const error = await t.throwsAsync(readDeb(file, () => true))
  const problem = (error as ProblemError).problems[0]
  t.is(problem?.code, 'package_malformed')
  t.is(problem?.where?.file, file)
})

test.serial('a host without dpkg-deb is told what is missing', async t => {
  const path = process.env.PATH
  t.teardown(() => {
    process.env.PATH = path
  })
  process.env.PATH = '/nowhere'
  const error = await t.throwsAsync(readDeb(hello, () => true))
  t.is((error as ProblemError).problems[0]?.code, 'program_missing')
})
