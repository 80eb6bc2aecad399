import test from 'ava'
import { createTranscript } from '../../src/lab/transcript.ts'

test('a text that comes in pieces is found', async t => {
  const transcript = createTranscript('lb1')
  const waiting = transcript.waitFor('login: ', 1_000)
  transcript.append('lb1 lo')
  transcript.append('gin: ')
  t.is((await waiting).end, 11)
})

test('what was said before the wait does not count', async t => {
  const transcript = createTranscript('lb1')
  transcript.append('ready\n')
  await t.throwsAsync(transcript.waitFor('ready', 10))
})

test('what was said after a mark counts', async t => {
  const transcript = createTranscript('lb1')
  const mark = transcript.mark()
  transcript.append('ready\n')
  t.is((await transcript.waitFor('ready', 10, mark)).end, 5)
})

test('the error names the machine, the pattern and the last lines', async t => {
  const transcript = createTranscript('lb1')
  transcript.append('kernel panic\n')
  const error = await t.throwsAsync(transcript.waitFor(/listening/, 10))
  t.regex(error?.message ?? '', /^lb1: .*listening.* 10 ms/)
  t.regex(error?.message ?? '', /kernel panic/)
})

test('special characters of a text are meant as they are', async t => {
  const transcript = createTranscript('lb1')
  transcript.append('[+]')
  t.is((await transcript.waitFor('[+]', 10, 0)).end, 3)
})

test('marks stay right when the beginning is dropped', async t => {
  const transcript = createTranscript('lb1')
  transcript.append('x'.repeat(3 << 20))
  const mark = transcript.mark()
  transcript.append('end')
  t.is(mark, 3 << 20)
  t.true(transcript.text().length < 3 << 20)
  t.is((await transcript.waitFor('end', 10, mark)).end, mark + 3)
})

test('those who wait hear that the lab was closed', async t => {
  const transcript = createTranscript('lb1')
  const waiting = transcript.waitFor('never', 60_000)
  transcript.end('the lab was closed')
  await t.throwsAsync(waiting, { message: /the lab was closed/ })
  t.is(transcript.over(), 'the lab was closed')
  await t.throwsAsync(transcript.waitFor('never', 60_000), { message: /the lab was closed/ })
})
