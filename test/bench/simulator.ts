import { guardedCaseOf, runGuardedSeed } from '../../src/sim/guarded-swarm.ts'
import { atSecond } from '../../src/sim/scenario.ts'
import type { Topic } from './figure.ts'

const SCHEDULE = 'schedule with a heartbeat, processor time'
/** Until the engine has translated what is used often. */
const WARM_UP = 300
const SCHEDULES = 1_000
// 20,000 a minute on two cores.
const SCHEDULE_MS_MAX = 6

/** Random schedules of 120 s of virtual time as `npm run sim -- --guarded` draws them. */
export const simulator: Topic = {
  name: 'simulator',
  figures: [SCHEDULE],
  async measure() {
    runAll(1, WARM_UP)
    const before = process.cpuUsage()
    runAll(1 + WARM_UP, SCHEDULES)
    const { user, system } = process.cpuUsage(before)
    const ours = (user + system) / 1_000 / SCHEDULES
    return [{ issue: 5, figure: SCHEDULE, unit: 'ms', ours, bar: SCHEDULE_MS_MAX }]
  },
}

function runAll(first: number, count: number): void {
  for (let seed = first; seed < first + count; seed += 1) {
    const { kind } = runGuardedSeed(seed)
    if (kind !== 'held') throw new Error(`seed ${seed}: ${kind}`)
    if (guardedCaseOf(seed).until < atSecond(120)) throw new Error(`seed ${seed}: too short`)
  }
}
