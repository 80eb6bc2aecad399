import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import anyTest, { type TestFn } from 'ava'
import { produceAtomic, writeAtomic } from '../../src/kit/atomic.ts'
import { ProblemError } from '../../src/kit/problem.ts'
import { requires } from '../support/requires.ts'

const test = anyTest as TestFn<{ folder: string }>

test.beforeEach(t => {
  t.context.folder = mkdtempSync(join(tmpdir(), 'director-atomic-'))
})
test.afterEach.always(t => rmSync(t.context.folder, { recursive: true, force: true }))

test('a file is whole, has its mode, and nothing else is left in the folder', async t => {
  const path = join(t.context.folder, 'deep/secret')
  await writeAtomic(path, 'first', { mode: 0o600 })
  await writeAtomic(path, 'second', { mode: 0o600 })
  t.is(readFileSync(path, 'utf8'), 'second')
  t.is(statSync(path).mode & 0o777, 0o600)
  t.deepEqual(readdirSync(join(t.context.folder, 'deep')), ['secret'])
})

test('a writer that fails leaves the old content and no half-written file', async t => {
  const path = join(t.context.folder, 'image')
  await writeAtomic(path, 'old')
  const failing = produceAtomic(path, async file => {
    await file.writeFile('half')
    throw new Error('no more input')
  })
  await t.throwsAsync(failing, { message: 'no more input' })
  t.is(readFileSync(path, 'utf8'), 'old')
  t.deepEqual(readdirSync(t.context.folder), ['image'])
})

test('two writers of one file do not disturb each other', async t => {
  const path = join(t.context.folder, 'shared')
  const contents = ['a', 'b', 'c', 'd'].map(letter => letter.repeat(100_000))
  await Promise.all(contents.map(content => writeAtomic(path, content)))
  t.true(contents.includes(readFileSync(path, 'utf8')))
  t.deepEqual(readdirSync(t.context.folder), ['shared'])
})

const onLinux = requires('command:sh')

onLinux('a full disk is a problem that says what to do', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'director-full-'))
  // /dev/full answers every write with "no space left on device".
  const full = produceAtomic(join(folder, 'image'), async () => {
    const { writeFile } = await import('node:fs/promises')
    await writeFile('/dev/full', 'x')
  })
  const error = await t.throwsAsync(full, { instanceOf: ProblemError })
  t.is(error?.problems[0]?.code, 'disk_full')
  t.regex(error?.problems[0]?.remedy ?? '', /--out/)
  t.deepEqual(readdirSync(folder), [])
  rmSync(folder, { recursive: true })
})

test('a place that cannot be written to is a problem that names it', async t => {
  const { folder } = t.context
  await writeAtomic(join(folder, 'file'), 'x')
  for (const path of [join(folder, 'file/below'), folder]) {
    const error = await t.throwsAsync(writeAtomic(path, 'y'), { instanceOf: ProblemError })
    t.is(error?.problems[0]?.code, 'not_writable')
    t.is(error?.problems[0]?.where?.file, path)
  }
  t.deepEqual(readdirSync(folder), ['file'])
})
