import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import test from 'ava'
import { commands } from '../../src/cli/commands.ts'
import { buildProgram } from '../../src/cli/program.ts'
import { bundle } from '../../src/kit/bundle.ts'

const root = join(import.meta.dirname, '../..')

// A program with the tool's own signal handling and half-done work of both kinds.
const WORKING = `
import { handleSignals } from '../../src/cli/signals.ts'
import { produceAtomic } from '../../src/kit/atomic.ts'
import { exec } from '../../src/kit/exec.ts'
handleSignals()
const [, , folder] = process.argv
await Promise.all([
  produceAtomic(folder + '/image', async file => {
    await file.writeFile('half')
    await exec('/bin/sh', ['-c', 'while :; do echo >>"$1"; sleep 0.02; done & wait', 'sh', folder + '/beats'])
  }),
])
`

// The tool and that program as plain modules, which start several times faster.
let modules = ''

test.before(async () => {
  mkdirSync(join(root, 'out'), { recursive: true })
  modules = mkdtempSync(join(root, 'out/main-'))
  writeFileSync(join(modules, 'work.ts'), WORKING)
  await bundle({
    entries: [join(root, 'src/cli/main.ts'), join(modules, 'work.ts')],
    base: root,
    folder: modules,
    withPackages: true,
  })
})
test.after.always(() => rmSync(modules, { recursive: true }))

function director(...words: readonly string[]) {
  const args = [join(modules, 'src/cli/main.js'), ...words]
  return spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' })
}

test('--help lists every command with its summary', t => {
  const { status, stdout } = director('--help')
  t.is(status, 0)
  for (const { name, summary } of commands)
    t.true(stdout.replaceAll(/\s+/g, ' ').includes(summary), name)
  t.regex(stdout, /\nExample:\n {2}\.\/director build /)
})

for (const { name, example } of commands) {
  test(`the help of ${name} has an example`, async t => {
    let help = ''
    const command = (await buildProgram([name])).commands.find(each => each.name() === name)
    command?.configureOutput({ writeOut: text => (help += text) }).outputHelp()
    t.true(help.includes(`\nExample:\n  ./${example}`))
    t.true(help.startsWith(`Usage: director ${name}`))
    t.true(example.startsWith(`director ${name}`))
  })
}

test('help COMMAND says the same as COMMAND --help', t => {
  t.is(director('help', 'test').stdout, director('test', '--help').stdout)
})

test('without a command the help is shown and it is wrong usage', t => {
  const { status, stderr } = director()
  t.is(status, 2)
  t.regex(stderr, /^Usage: director/)
})

test('an unknown command is wrong usage, and the nearest one is suggested', t => {
  const { status, stdout, stderr } = director('tets')
  t.is(status, 2)
  t.is(stdout, '')
  t.is(stderr, "error: unknown command 'tets'\n  to do:    did you mean test?\n")
})

test('an unknown option is wrong usage, and the nearest one is suggested', t => {
  const { status, stderr } = director('test', '--olny', 'check')
  t.is(status, 2)
  t.is(stderr, "error: unknown option '--olny'\n  to do:    did you mean --only?\n")
})

test('a wrong value is wrong usage and says what would be right', t => {
  const { status, stderr } = director('test', '--only', 'chekc')
  t.is(status, 2)
  t.regex(stderr, /There is no stage chekc\. Stages: check, unit, /)
})

test('with --json wrong usage is one line of JSON on standard output', t => {
  const { status, stdout, stderr } = director('tets', '--json')
  t.is(status, 2)
  t.is(stderr, '')
  t.deepEqual(JSON.parse(stdout), {
    ok: false,
    problems: [
      {
        code: 'wrong_usage',
        message: "unknown command 'tets'",
        remedy: 'did you mean test?',
      },
    ],
  })
})

function startWork(folder: string): ChildProcess {
  const args = [join(modules, relative(root, modules), 'work.js'), folder]
  return spawn(process.execPath, args, { cwd: root, stdio: 'ignore' })
}

function pause(time_ms: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, time_ms))
}

async function untilExists(path: string): Promise<void> {
  for (let tries = 0; !existsSync(path) && tries < 400; tries += 1) {
    await pause(25)
  }
}

for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  test(`${signal} ends the child processes, removes the half-written file and exits ${code}`, async t => {
    const folder = mkdtempSync(join(tmpdir(), 'director-signal-'))
    const child = startWork(folder)
    const beats = join(folder, 'beats')
    await untilExists(beats)
    t.is(readdirSync(folder).filter(name => name.endsWith('.part')).length, 1)
    const ended = new Promise(resolve => child.on('exit', resolve))
    child.kill(signal)
    t.is(await ended, code)
    t.deepEqual(readdirSync(folder).sort(), ['beats'])
    const size = statSync(beats).size
    await pause(200)
    t.is(statSync(beats).size, size)
    rmSync(folder, { recursive: true })
  })
}

test('a reader that goes away ends the tool quietly, as it does any program', t => {
  const command = `"${process.execPath}" ${join(modules, 'src/cli/main.js')} --help; echo "exit $?" >&2`
  const { stderr } = spawnSync('/bin/bash', ['-c', `{ ${command}; } | true`], {
    cwd: root,
    encoding: 'utf8',
  })
  t.regex(stderr, /^exit (0|141)\n$/)
})
