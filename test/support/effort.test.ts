import test from 'ava'
import { effort, isLong, pick, seed } from './effort.ts'

test('a sample has as many different cases as asked for, and each run has the same', t => {
  const cases = Array.from({ length: 103 }, (_, index) => index)
  const chosen = pick(cases, 10)
  t.is(new Set(chosen).size, isLong ? 103 : 10)
  t.deepEqual(pick(cases, 10), chosen)
  t.deepEqual(pick([1, 2], 10), [1, 2])
})

test('the effort follows the kind of run, and the seed is a whole number', t => {
  t.is(effort(3, 1000), isLong ? 1000 : 3)
  t.true(Number.isInteger(seed))
})
