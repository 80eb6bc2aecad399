import test from 'ava'
import { exec } from '../../src/kit/exec.ts'
import { ProblemError } from '../../src/kit/problem.ts'

test('standard output comes back as bytes, standard input goes in', async t => {
  t.deepEqual(await exec('cat', [], { input: Uint8Array.of(0, 255, 10) }), Buffer.of(0, 255, 10))
})

test('arguments are passed as they are, without a shell', async t => {
  t.is(String(await exec('printf', ['%s|', 'a b', '$HOME', ''])), 'a b|$HOME||')
})

test('the environment is replaced and the folder is entered', async t => {
  const script = 'echo "$ONE:$TWO:$PWD"'
  const output = await exec('/bin/sh', ['-c', script], { env: { ONE: '1' }, cwd: '/' })
  t.is(String(output), '1::/\n')
})

test('a failing program is a problem with its last lines', async t => {
  const script = 'for n in $(seq 20); do echo "line $n" >&2; done; printf end >&2; exit 3'
  const error = await t.throwsAsync(exec('/bin/sh', ['-c', script]), { instanceOf: ProblemError })
  const [problem] = error?.problems ?? []
  t.is(problem?.code, 'program_failed')
  t.regex(problem?.found ?? '', /^exit code 3, after it said:\n {4}line 10\n/)
  t.regex(problem?.found ?? '', /line 20\n {4}end$/)
})

test('each line of standard error is passed on as it comes', async t => {
  const lines: string[] = []
  await exec('/bin/sh', ['-c', 'printf "one\\ntw" >&2; printf "o\\nthree" >&2'], {
    onErrorLine: line => lines.push(line),
  })
  t.deepEqual(lines, ['one', 'two', 'three'])
})

test('a program that is not there is a problem that says what to do', async t => {
  const error = await t.throwsAsync(exec('no-such-program', []), { instanceOf: ProblemError })
  t.is(error?.problems[0]?.code, 'program_missing')
  t.is(error?.problems[0]?.found, 'ENOENT')
})

test('a program that reads none of its input is judged by its exit code', async t => {
  t.is(String(await exec('true', [], { input: 'x'.repeat(1 << 20) })), '')
})

test('a program that takes too long ends together with the processes it started', async t => {
  const script = 'sleep 77 & echo $!; wait'
  const startedAt = performance.now()
  const late = exec('/bin/sh', ['-c', script], { timeout_ms: 300 })
  const error = await t.throwsAsync(late, { instanceOf: ProblemError })
  t.regex(error?.problems[0]?.found ?? '', /^no end after 300 ms/)
  t.true(performance.now() - startedAt < 5_000)
})
