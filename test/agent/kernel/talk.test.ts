import test from 'ava'
import { andThen, done, failed, file, forEach, recover } from '../../../src/agent/kernel/talk.ts'
import { answered, hold, MemoryFiles } from '../../support/scripted-kernel.ts'

const read = (path: string) =>
  andThen(file({ kind: 'read', path }), ({ errno, content }) =>
    errno === 0 ? done(Buffer.from(content ?? []).toString()) : failed(errno, `read ${path}`),
  )
const files = () => new MemoryFiles({ '/a': 'A', '/b': 'B' })

test('steps follow each other and their values come in order', t => {
  const talk = forEach(['/a', '/b'], read)
  t.deepEqual(hold(talk, () => answered(), files()).end, { kind: 'done', value: ['A', 'B'] })
})

test('a failure ends a talk and says at which step', t => {
  const end = { kind: 'failed', failure: { errno: 2, step: 'read /nowhere' } }
  const talk = forEach(['/a', '/nowhere', '/b'], read)
  t.deepEqual(hold(talk, () => answered(), files()).end as unknown, end)
  t.deepEqual(
    hold(
      andThen(talk, () => done('not reached')),
      () => answered(),
      files(),
    ).end as unknown,
    end,
  )
})

test('a failure may become a value, and a value stays one', t => {
  const talk = recover(read('/nowhere'), ({ step }) => done(`instead of ${step}`))
  t.deepEqual(hold(talk, () => answered(), files()).end, {
    kind: 'done',
    value: 'instead of read /nowhere',
  })
  t.deepEqual(
    recover(done(1), () => done(2)),
    { kind: 'done', value: 1 },
  )
})

test('a list of any length needs no deep stack', t => {
  const items = Array.from({ length: 50_000 }, (_, at) => at)
  t.deepEqual(forEach(items, done), { kind: 'done', value: items })
  const slow = forEach(items, at => (at % 5 === 0 ? andThen(read('/a'), () => done(at)) : done(at)))
  t.deepEqual(hold(slow, () => answered(), files()).end, { kind: 'done', value: items })
})
