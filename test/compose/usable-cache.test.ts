import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { requireCache } from '../../src/compose/usable-cache.ts'
import { problemOf } from '../stamp/sample.ts'

test('a cache that is not there yet is made, and a file in its place is a problem', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'director-cache-'))
  await requireCache(join(folder, 'deep/cache'))
  t.true(existsSync(join(folder, 'deep/cache')))
  writeFileSync(join(folder, 'file'), '')
  for (const path of ['file', 'file/cache']) {
    const problem = await problemOf(() => requireCache(join(folder, path)))
    t.is(problem.code, 'cache_unusable')
    t.is(problem.where?.file, join(folder, path))
  }
  rmSync(folder, { recursive: true })
})
