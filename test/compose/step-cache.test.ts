import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import anyTest, { type TestFn } from 'ava'
import { cachedStep, whatChanged } from '../../src/compose/step-cache.ts'
import { exec } from '../../src/kit/exec.ts'
import { problemOf } from '../stamp/sample.ts'
import { requires } from '../support/requires.ts'

const test = anyTest as TestFn<{ folder: string }>

test.beforeEach(t => {
  t.context.folder = mkdtempSync(join(tmpdir(), 'director-cache-'))
})
test.afterEach.always(t => rmSync(t.context.folder, { recursive: true, force: true }))

/** Runs a step that writes its text, and counts how often it was made. */
function step(cacheFolder: string) {
  let made = 0
  const run = async (inputs: Record<string, string>, text = 'content') => {
    const result = await cachedStep({ cacheFolder, name: 'step', inputs }, async scratch => {
      made += 1
      writeFileSync(join(scratch, 'file'), text)
    })
    return { ...result, content: readFileSync(join(result.folder, 'file'), 'utf8') }
  }
  return { run, made: () => made }
}

test('equal inputs are made once, in whatever order they are named', async t => {
  const { run, made } = step(t.context.folder)
  t.false((await run({ one: '1', two: '2' })).reused)
  t.true((await run({ two: '2', one: '1' })).reused)
  t.is(made(), 1)
  t.false((await run({ one: '1', two: '3' })).reused)
})

test('a file that was damaged or deleted in the cache is made again', async t => {
  const { run, made } = step(t.context.folder)
  const { folder } = await run({ one: '1' })
  writeFileSync(join(folder, 'file'), 'CONTENT')
  t.is((await run({ one: '1' })).content, 'content')
  rmSync(join(folder, 'file'))
  t.is((await run({ one: '1' })).content, 'content')
  rmSync(join(folder, 'sums.json'))
  t.is((await run({ one: '1' })).content, 'content')
  t.is(made(), 4)
})

test('a step that fails leaves nothing in the cache', async t => {
  const cacheFolder = t.context.folder
  const failing = cachedStep({ cacheFolder, name: 'step', inputs: {} }, async scratch => {
    writeFileSync(join(scratch, 'half'), 'h')
    throw new Error('no more')
  })
  await t.throwsAsync(failing, { message: 'no more' })
  t.deepEqual(readdirSync(join(cacheFolder, 'step')), [])
})

test('two builds that make the same step at once both get it', async t => {
  const { run } = step(t.context.folder)
  const results = await Promise.all([1, 2, 3].map(() => run({ one: '1' })))
  t.deepEqual(new Set(results.map(({ content }) => content)), new Set(['content']))
  t.is(readdirSync(join(t.context.folder, 'step')).length, 1)
})

test('only the last used results are kept', async t => {
  const { run } = step(t.context.folder)
  for (let count = 0; count < 12; count += 1) {
    await run({ count: `${count}` })
    await run({ count: '0' })
  }
  t.is(readdirSync(join(t.context.folder, 'step')).length, 8)
  t.true((await run({ count: '0' })).reused)
})

test('a signal in the middle of a step leaves nothing in the cache', async t => {
  const cacheFolder = t.context.folder
  const script = `
    import { writeFileSync } from 'node:fs'
    import { handleSignals } from './src/cli/signals.ts'
    import { cachedStep } from './src/compose/step-cache.ts'
    handleSignals()
    await cachedStep({ cacheFolder: ${JSON.stringify(cacheFolder)}, name: 'step', inputs: {} }, scratch => {
      writeFileSync(scratch + '/half', 'h')
      process.stdout.write('begun')
      return new Promise(resolve => setTimeout(resolve, 30_000))
    })`
  const words = ['--import', 'tsx', '--input-type=module', '--eval', script]
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(child.stdout, 'data')
  t.is(readdirSync(join(cacheFolder, 'step')).length, 1)
  child.kill('SIGINT')
  const [code] = await once(child, 'exit')
  t.is(code, 130)
  t.deepEqual(readdirSync(join(cacheFolder, 'step')), [])
})

test('what changed is named: the first time, some inputs, many, or none', t => {
  const before = { base: '1', overlay: '2', agent: '3', tool: '4' }
  t.is(whatChanged(undefined, before), 'the first time')
  t.is(whatChanged(before, { ...before, agent: 'x' }), 'agent changed')
  t.is(whatChanged({ ...before, gone: '5' }, { ...before, new: '6' }), 'gone, new changed')
  const all = { base: 'a', overlay: 'b', agent: 'c', tool: 'd', more: 'e' }
  t.is(whatChanged(before, all), 'base, overlay, agent and 2 more changed')
  t.is(whatChanged(before, before), 'the cache no longer has it')
})

const asRoot = requires('root')

asRoot('a full disk of the cache is said as such, also when a program met it', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'director-full-'))
  await exec('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'director-test', folder])
  try {
    const large = Buffer.alloc(1_000_000, 'x')
    const writers = [
      async (scratch: string) => writeFileSync(join(scratch, 'file'), large),
      (scratch: string) => exec('sh', ['-c', `cat >${scratch}/file`], { input: large }),
    ]
    for (const write of writers) {
      const work = () => cachedStep({ cacheFolder: folder, name: 'step', inputs: {} }, write)
      t.is((await problemOf(work)).code, 'disk_full')
      t.deepEqual(readdirSync(join(folder, 'step')), [])
    }
  } finally {
    await exec('umount', [folder])
    rmSync(folder, { recursive: true })
  }
})
