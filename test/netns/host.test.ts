import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { buildAgent } from '../../src/compose/agent-build.ts'
import { quietSteps } from '../../src/kit/steps.ts'
import { requires } from '../support/requires.ts'
import { buildSanitizedAgent } from '../support/sanitized.ts'

const built = requires('mirror')
const folder = mkdtempSync(join(tmpdir(), 'director-host-'))
const program = join(folder, 'host')

built.before(async () => {
  const entry = 'test/netns/host-script.ts'
  const { elf } = await buildAgent({ locked: false, steps: quietSteps, entry })
  writeFileSync(program, elf, { mode: 0o755 })
})

test.after.always(() => rmSync(folder, { recursive: true, force: true }))

function run(deed = '', elf = program) {
  const scratch = mkdtempSync(join(folder, 'run-'))
  const env = { ASAN_OPTIONS: 'detect_leaks=0' }
  const { stdout, stderr, status } = spawnSync(elf, [scratch, deed], { encoding: 'utf8', env })
  const said = new Map(
    stdout.split('\n').flatMap(line => {
      const at = line.search(/[["]|-?\d+$/)
      return at < 0 ? [] : [[line.slice(0, at - 1), JSON.parse(line.slice(at))] as const]
    }),
  )
  return { said, stderr, status }
}

built('the context has no clock, no chance, no promise and no regular expression', t => {
  t.deepEqual(
    run().said.get('absent'),
    Array.from({ length: 4 }, () => 'undefined'),
  )
})

built('SHA-256 is right at each length where its padding changes', t => {
  const { said } = run()
  for (const length of [0, 3, 55, 56, 63, 64, 65, 1000]) {
    const expected = createHash('sha256').update('a'.repeat(length)).digest('hex')
    t.is(said.get(`sha256 ${length}`), expected, `${length} bytes`)
  }
})

built('a call gives its count or minus errno and never throws', t => {
  const { said, status } = run()
  t.deepEqual(said.get('encode'), [6, -27])
  t.is(said.get('decode'), 'aä\ufffd')
  t.is(said.get('write'), 5)
  t.is(said.get('write to what must exist'), -2)
  t.deepEqual(said.get('read'), [5, 'hello'])
  t.is(said.get('read into too little'), -27)
  t.is(said.get('read absent'), -2)
  t.deepEqual(said.get('directory'), [0, -17])
  t.deepEqual(said.get('list'), ['', 'd', 'file'])
  t.deepEqual(said.get('remove'), [0, -2])
  t.deepEqual(said.get('wait'), [0, true, true])
  t.is(said.get('stale array'), 32)
  t.is(status, 7)
})

built('every block of memory keeps its content, whatever its size', t => {
  t.deepEqual(run().said.get('memory'), [true, true])
})

built('arguments of a wrong kind or out of range are refused', t => {
  const wrong: readonly number[] = run().said.get('wrong arguments')
  t.deepEqual(wrong, [...Array.from({ length: 12 }, () => -22), -90, -36])
})

built('with the sanitizers the host says the same, and they find nothing', async t => {
  const entry = 'test/netns/host-script.ts'
  const sanitized = await buildSanitizedAgent({ locked: false, steps: quietSteps, entry })
  const { said, stderr, status } = run('', sanitized.program)
  t.is(stderr, '')
  t.is(status, 7)
  const plain = run().said
  t.deepEqual([...said.keys()], [...plain.keys()])
  for (const name of ['encode', 'read', 'list', 'wrong arguments', 'sha256 64']) {
    t.deepEqual(said.get(name), plain.get(name), name)
  }
})

built('a script that fails ends with 70 and says where', t => {
  const { status, stderr } = run('throw')
  t.is(status, 70)
  t.regex(stderr, /stopped by its own fault: Error: on purpose\n +at .*host-script\.js:\d+/)
})

built('a turn that never ends, a heap without bound and a bottomless stack end it', t => {
  for (const [deed, fault] of [
    ['loop', /InternalError: interrupted/],
    ['memory', /out of memory/],
    ['stack', /stack overflow/],
  ] as const) {
    const { status, stderr } = run(deed)
    t.is(status, 70, deed)
    t.regex(stderr, fault)
  }
})
