import { lstat, mkdtemp, readFile, readlink, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { writeTree } from '../../src/tree/disk.ts'
import type { Entry } from '../../src/tree/tree.ts'

const ROOT = { uid: 0, gid: 0 }

test('a tree on disk has its files, modes and links, and no devices', async t => {
  const folder = await mkdtemp(join(tmpdir(), 'director-tree-'))
  t.teardown(() => rm(folder, { recursive: true }))
  const content = Buffer.from('text')
  await writeTree(
    new Map<string, Entry>([
      ['a/b/run', { kind: 'file', mode: 0o755, content, ...ROOT }],
      ['a/closed', { kind: 'file', mode: 0o000, content, ...ROOT }],
      ['a/link', { kind: 'link', mode: 0o777, target: 'b/run', ...ROOT }],
      ['dev/console', { kind: 'character', mode: 0o600, major: 5, minor: 1, ...ROOT }],
    ]),
    join(folder, 'new'),
  )
  const inside = (path: string) => join(folder, 'new', path)
  t.deepEqual(await readFile(inside('a/link')), content)
  t.is(await readlink(inside('a/link')), 'b/run')
  t.is((await lstat(inside('a/b/run'))).mode & 0o777, 0o755)
  t.is((await lstat(inside('a/closed'))).mode & 0o777, 0o600)
  await t.throwsAsync(lstat(inside('dev/console')), { code: 'ENOENT' })
})
