import test from 'ava'
import { fail, ProblemError, renderProblem } from '../../src/kit/problem.ts'

test('a problem is shown with place, expectation, finding and remedy', t => {
  const text = renderProblem({
    code: 'unknown_key',
    message: 'the key prioritty is not known',
    where: { file: 'cluster.yaml', line: 7, column: 5, path: 'nodes[0].prioritty' },
    expected: 'one of name, priority',
    found: 'prioritty',
    remedy: 'did you mean priority?',
  })
  t.is(
    text,
    [
      'error: the key prioritty is not known',
      '  where:    cluster.yaml:7:5  nodes[0].prioritty',
      '  expected: one of name, priority',
      '  found:    prioritty',
      '  to do:    did you mean priority?',
    ].join('\n'),
  )
})

test('what is not known of a problem is not shown', t => {
  t.is(renderProblem({ code: 'x', message: 'it is wrong' }), 'error: it is wrong')
  t.is(
    renderProblem({ code: 'x', message: 'it is wrong', where: { path: 'a.b' } }),
    'error: it is wrong\n  where:    a.b',
  )
})

test('fail carries the problem and its cause', t => {
  const cause = new Error('why')
  const error = t.throws(() => fail({ code: 'x', message: 'it is wrong' }, cause), {
    instanceOf: ProblemError,
    message: 'it is wrong',
  })
  t.is(error?.cause, cause)
  t.is(error?.problems[0]?.code, 'x')
})
