import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import anyTest, { type TestFn } from 'ava'
import { openBuildRecord } from '../../src/pack/build-record.ts'

const test = anyTest as TestFn<{ cache: string }>

test.beforeEach(t => {
  t.context.cache = mkdtempSync(join(tmpdir(), 'director-record-'))
})
test.afterEach.always(t => rmSync(t.context.cache, { recursive: true, force: true }))

const FILE = { key: 'k', size: 1, modified_ms: 2, sha256: 's' }

test('what a build notes is there for the next build into the same folder alone', async t => {
  const { cache } = t.context
  const record = await openBuildRecord(cache, '/out/pair')
  record.noteStep('initramfs', { base: '1' })
  record.noteStep('iso', { loader: '2' })
  record.noteFiles({ outputs: { 'base.iso': FILE }, manifest: {} })
  await record.save()
  const next = await openBuildRecord(cache, '/out/pair')
  t.deepEqual(next.steps, { initramfs: { base: '1' }, iso: { loader: '2' } })
  t.deepEqual(next.outputs, { 'base.iso': FILE })
  t.deepEqual((await openBuildRecord(cache, '/out/other')).steps, {})
})

test('a build that changed nothing writes nothing', async t => {
  const { cache } = t.context
  const record = await openBuildRecord(cache, '/out/pair')
  record.noteStep('initramfs', { base: '1' })
  await record.save()
  const [name = ''] = readdirSync(join(cache, 'builds'))
  const { ino } = statSync(join(cache, 'builds', name))
  const next = await openBuildRecord(cache, '/out/pair')
  next.noteStep('initramfs', { base: '1' })
  await next.save()
  t.is(statSync(join(cache, 'builds', name)).ino, ino)
})

test('a damaged record counts as none', async t => {
  const { cache } = t.context
  const record = await openBuildRecord(cache, '/out/pair')
  record.noteStep('initramfs', { base: '1' })
  await record.save()
  const [name = ''] = readdirSync(join(cache, 'builds'))
  writeFileSync(join(cache, 'builds', name), '{"steps"')
  t.deepEqual((await openBuildRecord(cache, '/out/pair')).steps, {})
})
