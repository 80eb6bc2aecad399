import test from 'ava'
import { ProblemError } from '../../../src/kit/problem.ts'
import { parseYaml } from '../../../src/model/yaml/document.ts'

function codesOf(text: string): readonly string[] {
  try {
    parseYaml('x.yaml', text)
    return []
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error
    return error.problems.map(({ code, where }) => `${code} ${where?.line ?? '-'}`)
  }
}

test('values have the place where they stand, keys that of the key', t => {
  const { where } = parseYaml('x.yaml', 'a:\n  - b: 1\n    c: { d: 2 }\n')
  t.deepEqual(where(['a', 0, 'c', 'd']), { file: 'x.yaml', line: 3, column: 13, path: 'a[0].c.d' })
  t.deepEqual(where(['a', 0, 'c', 'd'], 'key'), {
    ...{ file: 'x.yaml', line: 3, column: 10, path: 'a[0].c.d' },
  })
})

test('what is not there has the place of its nearest owner', t => {
  const { where } = parseYaml('x.yaml', 'a:\n  b: {}\n')
  t.deepEqual(where(['a', 'b', 'c', 0]), { file: 'x.yaml', line: 2, column: 6, path: 'a.b.c[0]' })
})

test('a place within an alias is that within its anchor', t => {
  const { value, where } = parseYaml('x.yaml', 'a: &x { b: 1 }\nc: *x\n')
  t.deepEqual(value, { a: { b: 1 }, c: { b: 1 } })
  t.is(where(['c', 'b']).line, 1)
  t.is(where(['c', 'b']).column, 12)
})

test('an empty file and one of remarks only are refused', t => {
  for (const text of ['', '\n\n', '# nothing\n', '---\n'])
    t.deepEqual(codesOf(text), ['empty_file -'])
})

test('words that older YAML takes for numbers or truth are texts', t => {
  const { value } = parseYaml('x.yaml', 'a: no\nb: on\nc: 52:54:00\nd: 0755\n')
  t.deepEqual(value, { a: 'no', b: 'on', c: '52:54:00', d: 755 })
})

test('a key that every object has is a key like others', t => {
  const { value } = parseYaml('x.yaml', '__proto__: { a: 1 }\nconstructor: 2\n')
  t.deepEqual(Object.keys(value as object), ['__proto__', 'constructor'])
  t.is(({} as { a?: number }).a, undefined)
})

test('nesting without end is refused, in brackets, in dashes and by indentation', t => {
  const indented = Array.from({ length: 1200 }, (_, depth) => `${' '.repeat(depth)}a:\n`).join('')
  for (const text of ['['.repeat(100_000), '- '.repeat(100_000), '? '.repeat(9000), indented]) {
    t.regex(codesOf(text)[0] ?? '', /^too_deep/)
  }
})

test('aliases that stand for less than the limit are taken', t => {
  const list = (name: string) => `[${Array.from({ length: 9 }, () => name).join(', ')}]`
  const text = `a: &a ${list('x')}\nb: &b ${list('*a')}\nc: &c ${list('*b')}\nd: ${list('*c')}\n`
  t.deepEqual(codesOf(text), [])
})

test('every duplicate key is told, each with its line', t => {
  t.deepEqual(codesOf('a: 1\na: 2\nb: { c: 1, c: 2 }\n'), ['duplicate_key 2', 'duplicate_key 3'])
})

test('a problem of syntax shows nothing that stands after a colon', t => {
  try {
    parseYaml('x.yaml', 'password: "hunter2" hunter2\nother: *hunter2\n')
    t.fail()
  } catch (error) {
    t.true(error instanceof ProblemError)
    t.false(JSON.stringify((error as ProblemError).problems).includes('hunter2"'))
  }
})
