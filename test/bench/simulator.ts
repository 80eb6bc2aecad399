import { availableParallelism } from 'node:os'
import { runManySeeds } from '../../src/sim/many-seeds.ts'
import { atSecond } from '../../src/sim/scenario.ts'
import { askedCase } from '../../src/sim/seeds.ts'
import type { Topic } from './figure.ts'

const SCHEDULE = 'schedule with a heartbeat, of each of two processors'
// As many as take some three minutes: for the first half of one the engine translates what is used
// often, and a run that is to find something is longer still.
const SCHEDULES = 60_000
// 20,000 a minute on two processors.
const SCHEDULE_MS_MAX = 6

/** Random schedules of 120 s of virtual time, as `npm run sim -- --guarded` runs them. */
export const simulator: Topic = {
  name: 'simulator',
  figures: [SCHEDULE],
  async measure() {
    const first = 1
    if (askedCase(true, first).until < atSecond(120)) throw new Error('a schedule is too short')
    const jobs = Math.min(2, availableParallelism())
    const startedAt = performance.now()
    const { failure } = await runManySeeds({ guarded: true, first, count: SCHEDULES }, jobs)
    const ours = ((performance.now() - startedAt) * jobs) / SCHEDULES
    if (failure !== undefined) throw new Error(`seed ${failure.seed}: ${failure.verdict.kind}`)
    return [{ issue: 5, figure: SCHEDULE, unit: 'ms', ours, bar: SCHEDULE_MS_MAX }]
  },
}
