import test from 'ava'
import { renderTally, tapReader } from './tap.ts'

const OUTPUT = `TAP version 13
ok 1 - tree › cpio › it round-trips
ok 2 - netns › it pings (skipped: needs root) # SKIP
not ok 3 - tree › tar › it reads
  ---
    name: AssertionError
  ...
    # what the test logged
ok 4 - another
not ok 5 - test/x.test.ts exited with a non-zero exit code: 1

1..4
# tests 4
# pass 2
# skip 1
# fail 2
`

test('passed, failed and skipped tests are counted, and failures keep their details', t => {
  const { tally, take } = tapReader()
  OUTPUT.split('\n').forEach(take)
  t.is(renderTally(tally), '2 passed, 2 failed, 1 skipped')
  t.deepEqual(tally.failures.slice(0, 5), [
    'not ok tree › tar › it reads',
    '  ---',
    '    name: AssertionError',
    '  ...',
    '    # what the test logged',
  ])
  t.is(tally.failures[5], 'not ok test/x.test.ts exited with a non-zero exit code: 1')
  t.false(tally.failures.some(line => line.startsWith('# ')))
})

test('nothing skipped is not mentioned', t => {
  t.is(renderTally({ passed: 3, failed: 0, skipped: 0, failures: [] }), '3 passed, 0 failed')
})
