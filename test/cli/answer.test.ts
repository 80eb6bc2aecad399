import test from 'ava'
import { exitCodeOf } from '../../src/cli/answer.ts'
import { ProblemError } from '../../src/kit/problem.ts'

test('bad input is a failure, wrong usage is told apart, a defect of ours is a failure', t => {
  t.is(exitCodeOf(new ProblemError([{ code: 'unknown_key', message: 'x' }])), 1)
  t.is(exitCodeOf(new ProblemError([{ code: 'wrong_usage', message: 'x' }])), 2)
  t.is(exitCodeOf(new TypeError('x')), 1)
})
