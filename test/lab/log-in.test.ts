import test from 'ava'
import { logIn } from '../../src/lab/log-in.ts'
import { createTranscript } from '../../src/lab/transcript.ts'

const LIMITS = { whole_ms: 10_000, key_ms: 100, answer_ms: 100, quiet_ms: 5 }
// For a prompt in pieces: a busy machine may take more than 5 ms between two of them.
const PATIENT = { whole_ms: 20_000, key_ms: 1_000, answer_ms: 1_000, quiet_ms: 200 }

/** A console that answers the nth text typed on it with the nth of these; then with nothing. */
function saying(...answers: readonly (string | readonly string[])[]) {
  const transcript = createTranscript('guest')
  const typed: string[] = []
  const type = (text: string) => {
    // A break ends a program or a getty, and is answered by nothing.
    if (text === '\u0003') return
    typed.push(text.replace('\u0015', ''))
    const [first = '', ...later] = [answers[typed.length - 1] ?? ''].flat()
    setImmediate(() => transcript.append(first))
    // Each while the piece before it could be taken for the last one.
    for (const [at, piece] of later.entries()) {
      setTimeout(() => transcript.append(piece), 2 * (at + 1))
    }
  }
  return { options: { transcript, type, password: 'secret' }, typed, transcript }
}

const ASKED = '\r\nlb1 login: '
const NAMED = 'root\r\nPassword: '
const IN = '\r\nlb1:~# \u001b[6n'

test('who is asked for a name and a password gives each once', async t => {
  const { options, typed } = saying(ASKED, NAMED, IN)
  await logIn(options, LIMITS)
  t.deepEqual(typed, ['\r', 'root\r', 'secret\r'])
})

test('where a shell waits nothing more is typed', async t => {
  const { options, typed } = saying(IN)
  await logIn(options, LIMITS)
  t.deepEqual(typed, ['\r'])
})

test('a prompt that comes in pieces, or twice, is answered once', async t => {
  const { options, typed } = saying(['\r\nlb1 lo', 'gin: ', ASKED], NAMED, IN)
  await logIn(options, PATIENT)
  t.deepEqual(typed, ['\r', 'root\r', 'secret\r'])
})

test('a name that a getty has dropped is given again, after a look at the prompt', async t => {
  const { options, typed } = saying(ASKED, 'root\r\n', ASKED, NAMED, IN)
  await logIn(options, LIMITS)
  t.deepEqual(typed, ['\r', 'root\r', '\r', 'root\r', 'secret\r'])
})

test('a line of the kernel behind a prompt hides it, and the prompt is asked for again', async t => {
  const { options, typed } = saying(`${ASKED}[   12.3] usb 1-1: new device\r\n`, ASKED, NAMED, IN)
  await logIn(options, LIMITS)
  t.deepEqual(typed, ['\r', '\r', 'root\r', 'secret\r'])
})

test('a name that was taken for a password leads to the prompt again', async t => {
  const { options, typed } = saying(
    ASKED,
    [ASKED, 'root\r\n'],
    `\r\nLogin incorrect${ASKED}`,
    NAMED,
    IN,
  )
  await logIn(options, PATIENT)
  t.deepEqual(typed, ['\r', 'root\r', '\r', 'root\r', 'secret\r'])
})

test('a console that says nothing is an error with its last words, once the time is over', async t => {
  const { options, typed } = saying('starting\r\n')
  await t.throwsAsync(logIn(options, { ...LIMITS, whole_ms: 500 }), {
    message: /no log-in on the console within 500 ms; it last said:\nstarting/,
  })
  t.true(typed.length > 1)
})

test('nobody goes on typing at a machine that was switched off, or a lab that was closed', async t => {
  const off = saying(ASKED)
  const isGivenUp = () => (off.typed.length < 2 ? undefined : 'the machine was switched off')
  await t.throwsAsync(logIn({ ...off.options, isGivenUp }, LIMITS), { message: /switched off/ })
  t.is(off.typed.length, 2)
  const closed = saying(ASKED)
  closed.transcript.end('the lab was closed')
  await t.throwsAsync(logIn(closed.options, LIMITS), { message: /the lab was closed/ })
  t.deepEqual(closed.typed, [])
})
