import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import anyTest, { type TestFn } from 'ava'
import { exec } from '../../src/kit/exec.ts'
import { sha256 } from '../../src/kit/hash.ts'
import {
  bytesOutput,
  copyOutput,
  type Output,
  type WrittenFiles,
  writeOutputs,
} from '../../src/pack/outputs.ts'
import { problemOf } from '../stamp/sample.ts'
import { requires } from '../support/requires.ts'

const test = anyTest as TestFn<{ folder: string }>

test.beforeEach(t => {
  t.context.folder = mkdtempSync(join(tmpdir(), 'director-outputs-'))
})
test.afterEach.always(t => rmSync(t.context.folder, { recursive: true, force: true }))

const OUTPUTS = [
  bytesOutput('plain', 'plain text'),
  bytesOutput('deep/secret', 'secret text', 0o600),
] as const

/** Says of each file what was done with it. */
async function write(folder: string, outputs: readonly Output[], before: WrittenFiles = {}) {
  const result = await writeOutputs(folder, outputs, before)
  const done = Object.fromEntries(
    result.files.map(({ path, written }) => [path, written ?? 'kept']),
  )
  return { ...result, done }
}

test('files are written with their modes, and listed with size and hash', async t => {
  const { folder } = t.context
  const { files, done } = await write(folder, OUTPUTS)
  t.deepEqual(done, { plain: 'new', 'deep/secret': 'new' })
  t.deepEqual(
    files.map(({ size, sha256: sum }) => [size, sum]),
    [
      [10, sha256('plain text')],
      [11, sha256('secret text')],
    ],
  )
  t.is(statSync(join(folder, 'deep/secret')).mode & 0o777, 0o600)
})

test('nothing is written twice', async t => {
  const { folder } = t.context
  const { record } = await write(folder, OUTPUTS)
  const before = statSync(join(folder, 'plain')).ino
  const { done, record: again } = await write(folder, OUTPUTS, record)
  t.deepEqual(done, { plain: 'kept', 'deep/secret': 'kept' })
  t.is(statSync(join(folder, 'plain')).ino, before)
  t.deepEqual(again, record)
})

test('only what has other content is written', async t => {
  const { folder } = t.context
  const { record } = await write(folder, OUTPUTS)
  const { done } = await write(folder, [bytesOutput('plain', 'other'), OUTPUTS[1]], record)
  t.deepEqual(done, { plain: 'changed', 'deep/secret': 'kept' })
  t.is(readFileSync(join(folder, 'plain'), 'utf8'), 'other')
})

const meddlings: readonly [string, (path: string) => void, 'repaired' | 'kept'][] = [
  ['deleted', path => rmSync(path), 'repaired'],
  ['cut short', path => writeFileSync(path, 'plain'), 'repaired'],
  ['changed at equal size', path => writeFileSync(path, 'PLAIN TEXT'), 'repaired'],
  ['opened to others', path => chmodSync(path, 0o666), 'repaired'],
  ['only touched', path => utimesSync(path, 1, 1), 'kept'],
]
for (const [what, meddle, outcome] of meddlings) {
  test(`a file that somebody has ${what} is ${outcome}`, async t => {
    const { folder } = t.context
    const { record } = await write(folder, OUTPUTS)
    meddle(join(folder, 'plain'))
    const { done, record: again } = await write(folder, OUTPUTS, record)
    t.is(done['plain'], outcome)
    t.is(readFileSync(join(folder, 'plain'), 'utf8'), 'plain text')
    t.is(statSync(join(folder, 'plain')).mode & 0o777, 0o644)
    t.is((await write(folder, OUTPUTS, again)).done['plain'], 'kept')
  })
}

test('a file of an earlier build that is no longer one is removed, what is not ours stays', async t => {
  const { folder } = t.context
  writeFileSync(join(folder, 'mine'), 'm')
  const { record } = await write(folder, OUTPUTS)
  const { removed } = await write(folder, [OUTPUTS[0]], record)
  t.deepEqual(removed, ['deep/secret'])
  t.deepEqual(readdirSync(folder).sort(), ['deep', 'mine', 'plain'])
  t.deepEqual(readdirSync(join(folder, 'deep')), [])
})

test('a copy has the bytes of its source', async t => {
  const { folder } = t.context
  const source = join(folder, 'source')
  writeFileSync(source, 'x'.repeat(100_000))
  await write(folder, [copyOutput('copy', source, 'key')])
  t.is(readFileSync(join(folder, 'copy'), 'utf8'), readFileSync(source, 'utf8'))
})

const asRoot = requires<{ folder: string }>('root')

asRoot('a full disk is said as such and leaves the old files and nothing half written', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'director-full-'))
  const other = mkdtempSync(join(tmpdir(), 'director-source-'))
  await exec('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'director-test', folder])
  try {
    const { record } = await write(folder, [bytesOutput('a', 'old')])
    const large = Buffer.alloc(1_000_000, 'x')
    const source = join(other, 'large')
    writeFileSync(source, large)
    for (const output of [bytesOutput('a', large), copyOutput('a', source, 'large')]) {
      const problem = await problemOf(() => write(folder, [output], record))
      t.is(problem.code, 'disk_full')
      t.true(problem.where?.file?.startsWith(folder))
      t.deepEqual(readdirSync(folder), ['a'])
      t.is(readFileSync(join(folder, 'a'), 'utf8'), 'old')
    }
  } finally {
    await exec('umount', [folder])
    for (const path of [folder, other]) rmSync(path, { recursive: true })
  }
})
