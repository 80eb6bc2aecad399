import test from 'ava'
import { readWords } from '../../../src/agent/shell/options.ts'

const known = { options: ['--config', '--socket'], flags: ['--json'] }

test('options take the next word or the rest of their own', t => {
  const read = readWords(['--config', 'a', '--socket=b=c', '--json'], known)
  if (typeof read === 'string') return t.fail(read)
  t.deepEqual(
    [...read.options],
    [
      ['--config', 'a'],
      ['--socket', 'b=c'],
    ],
  )
  t.true(read.flags.has('--json'))
})

test('a word without a place is named, and an option without its value too', t => {
  t.is(readWords(['--konfig', 'a'], known), 'there is no --konfig')
  t.is(readWords(['--json=1'], known), 'there is no --json=1')
  t.is(readWords(['a'], known), 'there is no a')
  t.is(readWords(['--config'], known), '--config needs a value')
  t.is(readWords(['--config='], known), '--config needs a value')
})
