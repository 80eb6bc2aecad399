import test from 'ava'
import { answerIn, newRig } from '../../support/rig.ts'

const codeOf = (request: unknown) =>
  (answerIn(newRig().ask(request)) as { error?: { code: string } }).error?.code

test('what is no known command is an error, whatever its shape', t => {
  for (const request of [null, 7, 'status', [], {}, { command: 7 }, { command: 'dance' }]) {
    t.is(codeOf(request), 'unknown_command', JSON.stringify(request))
  }
  for (const command of ['toString', '__proto__', 'events'])
    t.is(codeOf({ command }), 'unknown_command')
})

test('a key that the command has no use for is refused, and so is one of another type', t => {
  t.is(codeOf({ command: 'join', force: true }), 'wrong_key')
  t.is(codeOf({ command: 'status', instance: 'front' }), 'wrong_key')
  t.is(codeOf({ command: 'standby', force: 'yes' }), 'wrong_key')
  t.is(codeOf({ command: 'explain', instance: 7 }), 'wrong_key')
  t.is(codeOf({ command: 'explain', toString: 'front' }), 'wrong_key')
  t.is(codeOf({ command: 'explain', instance: 'front' }), undefined)
})
