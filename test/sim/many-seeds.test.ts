import test from 'ava'
import { newWork, runManySeeds } from '../../src/sim/many-seeds.ts'
import { runSeeds } from '../../src/sim/seeds.ts'
import { newTally, renderFaults } from '../../src/sim/tally.ts'

const failureOf = (seed: number) => ({
  tally: newTally(),
  failure: { seed, verdict: { kind: 'stuck', id: 'I2', at: 0, why: 'planted' } as never },
})

test('parts are handed out in order, and the smallest seed that fails is told', t => {
  const work = newWork({ guarded: true, first: 1_000, count: 350 })
  t.deepEqual(work.next(), { guarded: true, first: 1_000, count: 100 })
  t.deepEqual(work.next(), { guarded: true, first: 1_100, count: 100 })
  work.take(failureOf(1_150))
  t.is(work.next(), undefined)
  work.take(failureOf(1_020))
  t.is(work.result().failure?.seed, 1_020)
})

test('a failure in a later part does not hide an earlier one that came before it', t => {
  const work = newWork({ guarded: true, first: 0, count: 200 })
  work.take(failureOf(20))
  work.take(failureOf(150))
  t.is(work.result().failure?.seed, 20)
})

test('the last part ends where the seeds end', t => {
  const work = newWork({ guarded: false, first: 0, count: 130 })
  work.next()
  t.deepEqual(work.next(), { guarded: false, first: 100, count: 30 })
  t.is(work.next(), undefined)
})

test('a few seeds run in this process, and every kind of fault in them is counted', async t => {
  const seeds = { guarded: true, first: 1, count: 3 }
  const result = await runManySeeds(seeds, 2)
  t.deepEqual(result, runSeeds(seeds))
  t.is(result.tally.schedules, 3)
  t.regex(renderFaults(result.tally), /^\d+ faults: \w+ \d+, \w+ \d+/)
})
