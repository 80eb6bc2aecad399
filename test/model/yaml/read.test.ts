import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { type Problem, ProblemError } from '../../../src/kit/problem.ts'
import { readText } from '../../../src/model/yaml/read.ts'

const folder = mkdtempSync(join(tmpdir(), 'director-read-'))
const text = 'cluster: Zürich\nboard: pc\n'

async function problemOf(content: Buffer, bytes_max?: number): Promise<Partial<Problem>> {
  const path = join(folder, `${Math.random()}.yaml`)
  writeFileSync(path, content)
  try {
    return { code: 'none', message: await readText(path, bytes_max) }
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error
    return error.problems[0] ?? {}
  }
}

const swapped = (bytes: Buffer) => Buffer.from(bytes).swap16()

for (const [name, bytes] of [
  ['little-endian with a mark', Buffer.from(`\ufeff${text}`, 'utf16le')],
  ['big-endian with a mark', swapped(Buffer.from(`\ufeff${text}`, 'utf16le'))],
  ['little-endian without a mark', Buffer.from(text, 'utf16le')],
  ['big-endian without a mark', swapped(Buffer.from(text, 'utf16le'))],
] as const) {
  test(`UTF-16 ${name} is refused by its name`, async t => {
    const problem = await problemOf(bytes)
    t.is(problem.code, 'not_utf8')
    t.is(problem.found, 'UTF-16')
  })
}

test('Latin-1 is refused at the line and column of its first letter beyond ASCII', async t => {
  const problem = await problemOf(Buffer.from(`# one\n${text}`, 'latin1'))
  t.is(problem.code, 'not_utf8')
  t.is(problem.where?.line, 2)
  t.is(problem.where?.column, 'cluster: Z'.length + 1)
  t.regex(problem.remedy ?? '', /ISO-8859-1/)
})

test('a character that is cut off at the end of the file is refused', async t => {
  const problem = await problemOf(Buffer.from('cluster: Zü').subarray(0, -1))
  t.is(problem.code, 'not_utf8')
  t.is(problem.where?.column, 'cluster: Z'.length + 1)
})

test('UTF-8 with a byte order mark is read without it', async t => {
  t.deepEqual(await problemOf(Buffer.from(`\ufeff${text}`)), { code: 'none', message: text })
})

test('a NUL byte is refused at its place', async t => {
  const problem = await problemOf(Buffer.from('cluster: pair\nboard: p\0c\n'))
  t.is(problem.code, 'control_character')
  t.is(problem.found, 'U+0000')
  t.is(problem.where?.line, 2)
  t.is(problem.where?.column, 9)
})

test('a file above the limit is refused before it is read as text', async t => {
  t.is((await problemOf(Buffer.alloc(101, 'a'), 100)).code, 'file_too_large')
  t.is((await problemOf(Buffer.alloc(100, 'a'), 100)).code, 'none')
})

test('a file that is not there and a folder are problems, not stack traces', async t => {
  for (const [path, found] of [
    [join(folder, 'absent.yaml'), 'ENOENT'],
    [folder, 'EISDIR'],
  ] as const) {
    const error = await t.throwsAsync(readText(path), { instanceOf: ProblemError })
    t.is(error?.problems[0]?.code, 'file_unreadable')
    t.is(error?.problems[0]?.found, found)
  }
})
