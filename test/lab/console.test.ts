import { createHash } from 'node:crypto'
import test from 'ava'
import { createConsoleShell } from '../../src/lab/console.ts'
import { createTranscript } from '../../src/lab/transcript.ts'

interface GuestOptions {
  /** Said in the middle of the output, so many times. */
  readonly disturbances?: number
  readonly refusals?: number
}

/** A guest as the console sees it: echoes what is typed, asks for a log-in, runs `commands`. */
function guest(commands: Readonly<Record<string, string>>, options: GuestOptions = {}) {
  const transcript = createTranscript('guest')
  const typed: string[] = []
  let { disturbances = 0, refusals = 0 } = options
  let state: 'login' | 'password' | 'shell' = 'login'
  let output = ''
  const say = (text: string) => setImmediate(() => transcript.append(text.replaceAll('\n', '\r\n')))

  const runLine = (line: string): void => {
    const prompt = 'guest:~# \u001b[6n'
    const read = /^(?:\( (.*) \) >\S+ .*; )?echo BEGIN''(-\w+-); .*/.exec(line)
    if (read !== null) {
      if (read[1] !== undefined) output = commands[read[1]] ?? ''
      const half = output.length >> 1
      const noise = disturbances > 0 ? '[   12.345678] directord: front active\n' : ''
      disturbances -= 1
      const sum = createHash('md5').update(output).digest('hex')
      const said = `${output.slice(0, half)}${noise}${output.slice(half)}`
      say(`BEGIN${read[2]}\n${said}END${read[2]}${sum}-${output === '' ? 127 : 0}-\n${prompt}`)
      return
    }
    say(prompt)
  }
  const type = (text: string) => {
    typed.push(text)
    for (const line of text
      .replaceAll('\u0003', '')
      .replaceAll('\u0015', '')
      .split('\r')
      .slice(0, -1)) {
      if (state === 'password') {
        const isRight = line === 'secret' && refusals === 0
        refusals -= 1
        state = isRight ? 'shell' : 'login'
        say(isRight ? '\n\nwelcome\nguest:~# ' : '\nLogin incorrect\nguest login: ')
        continue
      }
      say(`${line}\n`)
      if (state === 'shell') runLine(line)
      else if (line === '') say('guest login: ')
      else {
        state = 'password'
        say('Password: ')
      }
    }
  }
  const limits = { whole_ms: 10_000, key_ms: 1_000, answer_ms: 1_000, quiet_ms: 5 }
  return { shell: createConsoleShell({ transcript, type, password: 'secret' }, limits), typed }
}

test('a command runs after a log-in and gives its output and code', async t => {
  const { shell, typed } = guest({ 'uname -r': '6.12.0\n' })
  t.deepEqual(await shell.run('uname -r'), { output: '6.12.0\n', code: 0 })
  t.true(typed.includes('root\r'))
})

test('a second command needs no second log-in', async t => {
  const { shell, typed } = guest({ one: '1\n', two: '2\n' })
  await shell.run('one')
  t.is((await shell.run('two')).output, '2\n')
  t.is(typed.filter(text => text === 'root\r').length, 1)
})

test('the code of a command that fails is told', async t => {
  const { shell } = guest({})
  t.is((await shell.run('nothing')).code, 127)
})

test('output with a line of the agent in its middle is read again', async t => {
  const { shell } = guest({ status: '{"schema":1}\n' }, { disturbances: 2 })
  t.is((await shell.run('status')).output, '{"schema":1}\n')
})

test('output that never comes whole is an error', async t => {
  const { shell } = guest({ status: '{"schema":1}\n' }, { disturbances: 99 })
  await t.throwsAsync(shell.run('status'), { message: /without other lines/ })
})

test('a refused log-in is tried again', async t => {
  const { shell } = guest({ one: '1\n' }, { refusals: 1 })
  t.is((await shell.run('one')).output, '1\n')
})

test('commands that are asked for together run one after the other', async t => {
  const { shell } = guest({ one: '1\n', two: '2\n' })
  const results = await Promise.all([shell.run('one'), shell.run('two')])
  t.deepEqual(
    results.map(({ output }) => output),
    ['1\n', '2\n'],
  )
})
