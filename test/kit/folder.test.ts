import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { writeAtomic } from '../../src/kit/atomic.ts'
import { makeFolders } from '../../src/kit/folder.ts'
import type { ProblemError } from '../../src/kit/problem.ts'

test('folders are made down to the named one, and one that is there will do', t => {
  const top = mkdtempSync(join(tmpdir(), 'director-folder-'))
  t.teardown(() => rmSync(top, { recursive: true }))
  makeFolders(join(top, 'a/b/c'), 0o700)
  makeFolders(join(top, 'a/b/c'))
  t.is(statSync(join(top, 'a/b/c')).mode & 0o777, 0o700)
  writeFileSync(join(top, 'file'), '')
  t.throws(() => makeFolders(join(top, 'file')), { code: 'EEXIST' })
  t.throws(() => makeFolders(join(top, 'file/below')), { code: 'ENOTDIR' })
})

test('a file system that takes no folders is an error, not a wait for ever', async t => {
  t.throws(() => makeFolders('/proc/x/y'), { code: 'ENOENT' })
  const error = await t.throwsAsync(writeAtomic('/proc/x/y/file', ''))
  t.like((error as ProblemError).problems[0], {
    code: 'not_writable',
    where: { file: '/proc/x/y/file' },
  })
})
