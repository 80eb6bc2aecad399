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

test('as many names as are allowed are taken, in any place, and no more', t => {
  const read = readWords(['front', '--json'], { ...known, names_max: 1 })
  if (typeof read === 'string') return t.fail(read)
  t.deepEqual(read.names, ['front'])
  t.true(read.flags.has('--json'))
  t.is(readWords(['front', 'back'], { ...known, names_max: 1 }), 'there is no back')
  t.is(readWords(['-j'], { ...known, names_max: 1 }), 'there is no -j')
})

test('a word without a place is named, and an option without its value too', t => {
  t.is(readWords(['--konfig', 'a'], known), 'there is no --konfig')
  t.is(readWords(['--json=1'], known), 'there is no --json=1')
  t.is(readWords(['a'], known), 'there is no a')
  t.is(readWords(['--config'], known), '--config needs a value')
  t.is(readWords(['--config='], known), '--config needs a value')
})
