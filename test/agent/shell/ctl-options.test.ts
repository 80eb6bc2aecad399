import test from 'ava'
import { readControlWords } from '../../../src/agent/shell/ctl-options.ts'

const requestOf = (...words: readonly string[]) => {
  const read = readControlWords(words)
  return typeof read === 'string' ? read : read.request
}

test('each command becomes the request that the agent knows', t => {
  t.deepEqual(requestOf('status', '--json'), { command: 'status' })
  t.deepEqual(requestOf('explain'), { command: 'explain' })
  t.deepEqual(requestOf('explain', 'front'), { command: 'explain', instance: 'front' })
  t.deepEqual(requestOf('events', '--follow'), { command: 'events', follow: true })
  t.deepEqual(requestOf('standby', 'service', '--force'), {
    command: 'standby',
    group: 'service',
    force: true,
  })
  t.deepEqual(requestOf('takeover'), { command: 'takeover' })
  t.deepEqual(requestOf('join', '--socket', 'x', 'a'), { command: 'join', group: 'a' })
})

test('a word that a command has no use for is named', t => {
  t.is(requestOf(), 'no command was given')
  t.is(requestOf('toString'), 'there is no toString')
  t.is(requestOf('status', 'front'), 'there is no front')
  t.is(requestOf('events', 'front'), 'there is no front')
  t.is(requestOf('join', '--force'), 'there is no --force')
  t.is(requestOf('standby', 'a', 'b'), 'there is no b')
  t.is(requestOf('explain', '--follow'), 'there is no --follow')
})

test('the socket and the shape of the answer are for the client alone', t => {
  const read = readControlWords(['standby', '--json', '--socket=here'])
  t.like(read, { socket: 'here', json: true, command: 'standby' })
})
